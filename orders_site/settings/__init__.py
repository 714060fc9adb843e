"""Settings by purpose: ``dev`` (embedded system, everyday work), ``test``, ``prod``; ``base`` is shared by all."""

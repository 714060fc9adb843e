"""Who asks: the person of a session with rights and companies, read once for each request."""

from allauth.account.auth_backends import AuthenticationBackend

from core.access import know
from core.models import User

# The person, the rights of his roles and his own, his companies, and whether a second factor is set up.
_PERSON = """
SELECT person.*,
       ARRAY(SELECT kind.app_label || '.' || entitled.codename
               FROM auth_permission entitled JOIN django_content_type kind ON kind.id = entitled.content_type_id
              WHERE entitled.id IN (SELECT through_role.permission_id
                                      FROM auth_group_permissions through_role
                                      JOIN core_user_groups role ON role.group_id = through_role.group_id
                                     WHERE role.user_id = person.id
                                     UNION
                                    SELECT own.permission_id FROM core_user_user_permissions own
                                     WHERE own.user_id = person.id)) AS rights_now,
       ARRAY(SELECT membership.company_id FROM core_companymembership membership
              WHERE membership.user_id = person.id) AS companies_now,
       EXISTS(SELECT FROM mfa_authenticator factor
               WHERE factor.user_id = person.id AND factor.type <> 'recovery_codes') AS has_second_factor
  FROM core_user person
 WHERE person.id = %s"""


class PeopleBackend(AuthenticationBackend):
    """Sign-in as django-allauth does it, by user name or e-mail.

    The person of a request comes with rights and companies in one statement.
    """

    def _check_password(self, user: User | None, password: str) -> User | None:
        """Who was deactivated is told what a stranger is told, also with the right password."""
        found = super()._check_password(user, password)
        self.unstash_authenticated_user()
        return found if isinstance(found, User) else None

    def get_user(self, user_id: int) -> User | None:
        """The active person of this id, or None. What is known lives as long as the request."""
        person = next(iter(User.objects.raw(_PERSON, [user_id])), None)
        if person is None or not self.user_can_authenticate(person):
            return None
        if not person.is_system:  # who sees every company without being a member
            found = vars(person)
            know(person, rights=found["rights_now"], companies=found["companies_now"])
        return person

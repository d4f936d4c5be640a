# The product: web, worker and beat run from this one image, as a user without rights.
FROM python:3.11-slim-bookworm AS packages
COPY requirements/base.txt /tmp/base.txt
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/base.txt

FROM python:3.11-slim-bookworm
RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /app vipcrm \
    && install -d -o vipcrm /data /data/uploads /data/backups
COPY --from=packages /venv /venv
WORKDIR /app
COPY manage.py ./
COPY vipcrm vipcrm
COPY members members
COPY followups followups
COPY service_tickets service_tickets
COPY reports reports
COPY templates templates
COPY static static
COPY locale locale
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VIPCRM_VAR=/data MEDIA_ROOT=/data/uploads STATIC_ROOT=/app/static-files
# Nothing is asked of a server here: the addresses only keep the private ones from starting.
RUN export DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost/0 SECRET_KEY=build \
    && python manage.py compile_catalogues && python manage.py collectstatic --noinput --verbosity 0
USER vipcrm
EXPOSE 8000
VOLUME ["/data/uploads", "/data/backups"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://localhost:8000/healthz', timeout=4)"]
CMD ["granian", "--interface", "wsgi", "--no-ws", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "vipcrm.wsgi:application"]

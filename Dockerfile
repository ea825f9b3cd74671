# One image for the five services: docker-compose.yml says which one a container runs.
FROM python:3.11-slim

ENV PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app

# The lock pins the developers' tools too: one list of packages, checked by hash, for tests and for use.
COPY requirements.lock .
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes -r requirements.lock

# `law` is read by the employer service; `patuh` makes keys for agencies.
COPY shared shared
COPY services services
COPY law law
COPY patuh patuh
COPY LICENSE .

USER 10001
EXPOSE 8000

# The web, the worker and the schedule: one image, one command each (see docker-compose.yml).
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /duebook
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY . .
RUN SECRET_KEY=unused DATABASE_URL=postgresql:///unused python manage.py collectstatic --no-input \
    && useradd --system duebook && install --directory --owner duebook var

ENV PYTHONUNBUFFERED=1 STATIC_FROM_SOURCE=0
USER duebook
EXPOSE 8000
CMD ["python", "-m", "gunicorn", "config.wsgi", "--workers", "2", "--threads", "4", "--bind", "0.0.0.0:8000"]

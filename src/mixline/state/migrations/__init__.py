"""Alembic's folder. Draft a step: `alembic -c src/mixline/state/migrations/alembic.ini revision --autogenerate -m "..."`."""

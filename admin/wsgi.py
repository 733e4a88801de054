"""The application for a production server: `gunicorn admin.wsgi:app`."""

from admin import create_app
from models.secrets import keyring

keyring()  # without the key nothing starts, instead of failing at the first name that is opened
app = create_app()

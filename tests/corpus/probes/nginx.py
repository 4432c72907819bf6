# SPDX-License-Identifier: BSD-2-Clause
"""nginx: all rows. How a server is set up for them is in nginx_server."""
from . import nginx_http, nginx_mail, nginx_media  # noqa: F401 - they enter their rows

"""The REST API and the events websocket: the only place that knows FastAPI. `create_app` in `app.py` puts it
together.
"""

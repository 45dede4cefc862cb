"""Files and stored documents on one side, domain values on the other.

``amounts``, ``times`` and ``text`` are plain functions that cost nothing to import; the readers
beside them are built on marshmallow schemas.
"""

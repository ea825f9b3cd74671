"""The contracts as files, made from the code: JSON Schemas and their history, OpenAPI, AsyncAPI."""

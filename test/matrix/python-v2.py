"""The second version of the Python SDK: reads an errand from its standard input, writes what it heard."""
import asyncio
import json
import ssl
import sys

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client


async def main(errand):
    if errand["transport"] == "WebSocket":
        import mcp.client.websocket
    headers = {"Authorization": "Bearer " + errand["token"]}
    mode = "legacy" if errand["revision"] < "2026" else errand["revision"]
    async with httpx2.AsyncClient(headers=headers, verify=ssl.create_default_context()) as http:
        server = streamable_http_client(errand["url"], http_client=http)
        async with Client(server, mode=mode) as client:
            listed = await client.list_tools()
            called = await client.call_tool(errand["tool"]["name"], errand["tool"]["arguments"])
            print(json.dumps({
                "version": client.protocol_version,
                "tools": [tool.name for tool in listed.tools],
                "text": "\n".join(item.text for item in called.content),
            }))


asyncio.run(main(json.load(sys.stdin)))

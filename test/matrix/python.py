"""The Python SDK's own clients: reads an errand from its standard input, writes what it heard."""
import asyncio
import json
import sys
import warnings

warnings.simplefilter("ignore")

from mcp import ClientSession
from mcp.client.streamable_http import streamablehttp_client
from mcp.client.websocket import websocket_client
from mcp.shared.version import LATEST_PROTOCOL_VERSION, SUPPORTED_PROTOCOL_VERSIONS


async def main(errand):
    if errand["revision"] not in SUPPORTED_PROTOCOL_VERSIONS:
        sys.exit(f"this SDK knows {LATEST_PROTOCOL_VERSION} and older revisions only")
    if errand["transport"] == "WebSocket":
        opening = websocket_client(errand["url"])
    else:
        opening = streamablehttp_client(errand["url"], {"Authorization": "Bearer " + errand["token"]})
    async with opening as (read, write, *_):
        async with ClientSession(read, write) as session:
            opened = await session.initialize()
            listed = await session.list_tools()
            called = await session.call_tool(errand["tool"]["name"], errand["tool"]["arguments"])
            print(json.dumps({
                "version": opened.protocolVersion,
                "tools": [tool.name for tool in listed.tools],
                "text": "\n".join(item.text for item in called.content),
            }))


asyncio.run(main(json.load(sys.stdin)))

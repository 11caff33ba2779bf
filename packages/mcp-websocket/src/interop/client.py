"""The Python SDK's own WebSocket client: opens a session, lists the tools, calls one, answers an elicitation."""
import asyncio
import json
import sys
import warnings

warnings.simplefilter("ignore")

from mcp import ClientSession, types
from mcp.client.websocket import websocket_client


async def answer(context, params):
    return types.ElicitResult(action="accept", content={"name": "Ada"})


async def main(url):
    async with websocket_client(url) as (read, write):
        async with ClientSession(read, write, elicitation_callback=answer) as session:
            opened = await session.initialize()
            tools = await session.list_tools()
            echoed = await session.call_tool("echo", {"text": "aye"})
            asked = await session.call_tool("ask", {})
            print(json.dumps({
                "version": opened.protocolVersion,
                "tools": sorted(tool.name for tool in tools.tools),
                "echoed": echoed.content[0].text,
                "asked": asked.content[0].text,
            }))


asyncio.run(main(sys.argv[1]))

/**
 * The part of the Model Context Protocol over streamable HTTP that tools need: each POST is one JSON-RPC 2.0 message, and its
 * answer is JSON. There are no sessions, and the service sends no messages by itself. modelcontextprotocol.io, 2025-11-25.
 */
import { Value } from "@sinclair/typebox/value";
import { Refusal } from "../../refusals";
import type { Context, Principal } from "../../services/context";
import { PROGRAM_VERSION } from "../../version";
import { faultsOf } from "../edge/errors";
import { type Tool, toolsOf } from "./tools";

const VERSIONS = ["2025-11-25", "2025-06-18", "2025-03-26"] as const;
const INSTRUCTIONS =
  "Optimization models behind triggers. List triggers, describe the inputs of one, fire it with today's data, explain the run.";

const INVALID_REQUEST = -32_600;
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;
const FAULTS_SHOWN_MAX = 5;

type MessageId = string | number;

/** The answer to one message; null for a notification, which has no answer. */
export async function answerMessage(context: Context, principal: Principal, message: unknown): Promise<object | null> {
  if (!isRecord(message) || message.jsonrpc !== "2.0" || typeof message.method !== "string") {
    return failure(null, INVALID_REQUEST, "one JSON-RPC 2.0 message with a method is expected");
  }
  const { id, method } = message;
  if (id === undefined) return null;
  if (typeof id !== "string" && typeof id !== "number") {
    return failure(null, INVALID_REQUEST, "id must be a string or a number");
  }
  const params = isRecord(message.params) ? message.params : {};
  switch (method) {
    case "initialize":
      return success(id, initialize(params));
    case "ping":
      return success(id, {});
    case "tools/list":
      return success(id, { tools: toolsOf(context.config.wait_seconds_max).map(describe) });
    case "tools/call":
      return callTool(context, principal, id, params);
    default:
      return failure(id, METHOD_NOT_FOUND, `no method ${method.slice(0, 100)}`);
  }
}

/** True for a version of the protocol that is supported here. No version means the one from before versions were sent. */
export function speaks(version: string | null): boolean {
  return version === null || VERSIONS.some((known) => known === version);
}

function initialize({ protocolVersion }: Record<string, unknown>): object {
  const known = VERSIONS.find((version) => version === protocolVersion);
  return {
    protocolVersion: known ?? VERSIONS[0],
    capabilities: { tools: {} },
    serverInfo: { name: "jaot-triggers", version: PROGRAM_VERSION },
    instructions: INSTRUCTIONS,
  };
}

function describe({ name, title, description, input, is_read_only }: Tool): object {
  const annotations = { title, readOnlyHint: is_read_only, destructiveHint: false, openWorldHint: false };
  return { name, title, description, inputSchema: input, annotations };
}

async function callTool(
  context: Context,
  principal: Principal,
  id: MessageId,
  params: Record<string, unknown>,
): Promise<object> {
  const tool = toolsOf(context.config.wait_seconds_max).find(({ name }) => name === params.name);
  if (tool === undefined) return failure(id, INVALID_PARAMS, `no tool ${JSON.stringify(params.name)?.slice(0, 100)}`);
  const input = params.arguments ?? {};
  const faults = faultsOf("arguments", Value.Errors(tool.input, input)).slice(0, FAULTS_SHOWN_MAX);
  if (faults.length > 0) {
    const said = faults.map(({ loc, msg }) => `${loc.join(".")}: ${msg}`);
    return success(id, refused(said.join("; ")));
  }
  try {
    const found = await tool.call(context, principal, input as never);
    return success(id, { content: [{ type: "text", text: JSON.stringify(found) }], structuredContent: found });
  } catch (error) {
    // The agent can fix a refusal, so it gets the message; any other error is our bug and goes to the error handler.
    if (error instanceof Refusal) return success(id, refused(error.message));
    throw error;
  }
}

function refused(text: string): object {
  return { content: [{ type: "text", text }], isError: true };
}

function success(id: MessageId, result: object): object {
  return { jsonrpc: "2.0", id, result };
}

function failure(id: MessageId | null, code: number, message: string): object {
  return { jsonrpc: "2.0", id, error: { code, message } };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

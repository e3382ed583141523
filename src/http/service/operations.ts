/** Rows of `/solve` and of the service itself. */
import { Type } from "@sinclair/typebox";
import * as documents from "../openapi/document_objects";
import * as examples from "../openapi/examples";
import * as objects from "../openapi/objects";
import { anyJson, type Operation, text } from "../openapi/operation";
import * as runs from "../openapi/run_objects";

const model = Type.Object(
  {
    options: Type.Optional(anyJson("time_limit_seconds (300), gap_tolerance (1e-4), seed (0).")),
    override_data: Type.Optional(anyJson("Values for the model's inputs.")),
  },
  { additionalProperties: true, description: "A model of any form, with override_data beside it." },
);

const message = Type.Object(
  {
    jsonrpc: Type.Literal("2.0"),
    id: Type.Optional(Type.Union([Type.String(), Type.Integer()], { description: "Absent: a notification." })),
    method: text("initialize, ping, tools/list or tools/call."),
    params: Type.Optional(Type.Object({}, { additionalProperties: true })),
  },
  { additionalProperties: true },
);
const messageAnswer = Type.Object({
  jsonrpc: Type.Literal("2.0"),
  id: Type.Union([Type.String(), Type.Number(), Type.Null()]),
  result: Type.Optional(Type.Object({}, { additionalProperties: true })),
  error: Type.Optional(Type.Object({ code: Type.Integer(), message: Type.String() })),
});

export const SERVICE_OPERATIONS = {
  "POST /api/v2/solve": {
    id: "solve",
    tag: "Solve",
    summary: "Solve a model",
    description:
      "Waits for the answer; every outcome of the solver is a 200. A client that disconnects cancels its solve.",
    access: "solver",
    body: { schema: model, is_required: true, example: examples.model },
    answers: { 200: { description: "The answer.", schema: runs.answer, example: examples.answer } },
    refusals: ["model_invalid", "override_invalid", "solver_unavailable", "shutting_down"],
    stores: false,
  },
  "POST /api/v2/solve/validate": {
    id: "validateModel",
    tag: "Solve",
    summary: "Check a model without solving it",
    access: "viewer",
    body: { schema: model, is_required: true, example: examples.model },
    answers: { 200: { description: "What was found.", schema: runs.validation, example: examples.validation } },
    refusals: ["model_invalid", "solver_unavailable", "shutting_down"],
    stores: false,
  },
  "GET /api/v2/examples": {
    id: "listExamples",
    tag: "Examples",
    summary: "List the ready models",
    access: "viewer",
    answers: {
      200: {
        description: "Examples, without their texts.",
        schema: Type.Array(documents.exampleSummary),
        example: [examples.exampleSummary],
      },
    },
    refusals: ["solver_unavailable"],
  },
  "GET /api/v2/examples/{example_name}": {
    id: "getExample",
    tag: "Examples",
    summary: "Get a ready model",
    description: "Its model_json makes a document, or a body of /solve with override_example as override_data.",
    access: "viewer",
    answers: { 200: { description: "The example.", schema: documents.example, example: examples.example } },
    refusals: ["example_not_found", "solver_unavailable"],
  },
  "GET /health": {
    id: "getHealth",
    tag: "Service",
    summary: "Tell how the service is",
    access: "public",
    answers: { 200: { description: "It answers.", schema: objects.health, example: examples.health } },
  },
  "GET /health/live": {
    id: "getLiveness",
    tag: "Service",
    summary: "Tell that the process answers",
    access: "public",
    answers: {
      200: {
        description: "It does.",
        schema: Type.Object({ status: Type.Literal("ok") }),
        example: { status: "ok" },
      },
    },
  },
  "GET /health/ready": {
    id: "getReadiness",
    tag: "Service",
    summary: "Tell whether the service takes requests",
    access: "public",
    answers: {
      200: {
        description: "It does.",
        schema: Type.Object({ status: Type.Literal("ready") }),
        example: { status: "ready" },
      },
      503: {
        description: "It is stopping.",
        schema: Type.Object({ status: Type.Literal("stopping") }),
        example: { status: "stopping" },
      },
    },
  },
  "GET /metrics": {
    id: "getMetrics",
    tag: "Service",
    summary: "Figures for Prometheus",
    description: "With an API key of any role; without one where the service runs with `--metrics public`.",
    access: "viewer",
    answers: {
      200: {
        description: "The text format of Prometheus.",
        content_type: "text/plain",
        example: "# HELP jaot_queue_depth Runs that wait\n# TYPE jaot_queue_depth gauge\njaot_queue_depth 0\n",
      },
    },
  },
  "POST /mcp": {
    id: "sendMcpMessage",
    tag: "Service",
    summary: "Speak the Model Context Protocol, as an agent",
    description:
      "Streamable HTTP without sessions: one JSON-RPC 2.0 message a request. Tools: list_models, list_triggers, describe_inputs, fire_and_wait (needs the role solver), explain_run. Only with `--mcp`.",
    access: "viewer",
    headers: { "MCP-Protocol-Version": { description: "What initialize agreed on.", schema: Type.String() } },
    body: { schema: message, is_required: true, example: { jsonrpc: "2.0", id: 1, method: "tools/list" } },
    answers: {
      200: {
        description: "The answer to a request.",
        schema: messageAnswer,
        example: { jsonrpc: "2.0", id: 1, result: { tools: [] } },
      },
      202: { description: "A notification was taken." },
    },
    refusals: ["route_not_found"],
    stores: false,
  },
  "GET /mcp": {
    id: "listenToMcp",
    tag: "Service",
    summary: "Nothing: the service sends no messages of its own accord",
    access: "viewer",
    answers: {},
    refusals: ["route_not_found", "method_not_allowed"],
  },
  "GET /openapi.json": {
    id: "getOpenapi",
    tag: "Service",
    summary: "This document",
    access: "public",
    answers: {
      200: {
        description: "OpenAPI 3.1.",
        schema: Type.Object({ openapi: text("3.1.0") }, { additionalProperties: true }),
        example: { openapi: "3.1.0" },
      },
    },
  },
  "GET /docs": {
    id: "readDocs",
    tag: "Service",
    summary: "This document as a page",
    access: "public",
    answers: { 200: { description: "The page.", content_type: "text/html", example: "<!doctype html>..." } },
  },
  "GET /docs/style.css": {
    id: "readDocsStyle",
    tag: "Service",
    summary: "The style of that page",
    access: "public",
    answers: { 200: { description: "The style.", content_type: "text/css", example: "body { margin: 0; }" } },
  },
} as const satisfies Readonly<Record<string, Operation>>;

/** Rows of runs and of their webhook deliveries. */
import { Type } from "@sinclair/typebox";
import { DELIVERY_STATES } from "../../runs/delivery";
import { RUN_SOURCES, RUN_STATES } from "../../runs/run";
import * as examples from "../openapi/examples";
import { listingPageOf } from "../openapi/object_schema";
import * as objects from "../openapi/objects";
import type { Operation } from "../openapi/operation";
import { oneOf, pages } from "../openapi/parameters";
import * as runs from "../openapi/run_objects";

export const RUN_OPERATIONS = {
  "GET /api/v2/triggers/{trigger_id}/runs": {
    id: "listRuns",
    tag: "Runs",
    summary: "List a trigger's runs, newest first",
    access: "viewer",
    query: { ...pages, status: oneOf(RUN_STATES, "Only these."), source: oneOf(RUN_SOURCES, "Only these.") },
    answers: {
      200: {
        description: "A page of runs.",
        schema: listingPageOf("RunPage", runs.runSummary),
        example: examples.listingPageOf([examples.runSummary]),
      },
    },
    refusals: ["trigger_not_found", "validation_failed"],
  },
  "GET /api/v2/triggers/{trigger_id}/runs/{run_id}": {
    id: "getRun",
    tag: "Runs",
    summary: "Get a run with its answer",
    access: "viewer",
    answers: { 200: { description: "The run.", schema: runs.run, example: examples.run } },
    refusals: ["trigger_not_found", "run_not_found"],
  },
  "POST /api/v2/triggers/{trigger_id}/runs/{run_id}/rerun": {
    id: "rerunRun",
    tag: "Runs",
    summary: "Run the data of a finished run again",
    access: "solver",
    answers: { 202: { description: "A new run is queued.", schema: runs.accepted, example: examples.accepted } },
    refusals: [
      "trigger_not_found",
      "run_not_found",
      "run_not_finished",
      "trigger_disabled",
      "override_invalid",
      "trigger_queue_full",
      "queue_full",
      "shutting_down",
    ],
  },
  "POST /api/v2/triggers/{trigger_id}/runs/{run_id}/cancel": {
    id: "cancelRun",
    tag: "Runs",
    summary: "Stop a run",
    description: "A queued run ends at once, a running one as soon as its solver lets go; its best solution is kept.",
    access: "solver",
    answers: { 200: { description: "The run as it is now.", schema: runs.run, example: examples.run } },
    refusals: ["trigger_not_found", "run_not_found", "run_already_finished"],
  },
  "POST /api/v2/triggers/{trigger_id}/runs/{run_id}/verify": {
    id: "verifyRun",
    tag: "Runs",
    summary: "Solve a run again and compare bit for bit",
    description: "Nothing of it is stored.",
    access: "solver",
    answers: {
      200: { description: "The comparison.", schema: runs.verification, example: examples.verification },
    },
    refusals: [
      "trigger_not_found",
      "run_not_found",
      "version_not_found",
      "run_not_finished",
      "run_not_solved",
      "solver_unavailable",
      "shutting_down",
    ],
    stores: false,
  },
  "GET /api/v2/triggers/{trigger_id}/runs/{run_id}/progress": {
    id: "getRunProgress",
    tag: "Runs",
    summary: "List the points of a run's solve",
    access: "viewer",
    answers: { 200: { description: "The points.", schema: runs.progress, example: examples.progress } },
    refusals: ["trigger_not_found", "run_not_found"],
  },
  "GET /api/v2/triggers/{trigger_id}/runs/{run_id}/events": {
    id: "watchRun",
    tag: "Runs",
    summary: "Follow a run as server-sent events",
    description:
      "Events `state` and `progress` with JSON data, until the run has ended. With Last-Event-ID it goes on behind that event.",
    access: "viewer",
    headers: { "Last-Event-ID": { description: "Id of the event seen last.", schema: Type.String() } },
    answers: {
      200: {
        description: "The events.",
        content_type: "text/event-stream",
        example: 'id: 1.end\nevent: state\ndata: {"run_id":"run_...","status":"completed","attempt":1}\n\n',
      },
      204: { description: "The run has ended and the client has seen it." },
    },
    refusals: ["trigger_not_found", "run_not_found"],
  },
  "GET /api/v2/triggers/{trigger_id}/deliveries": {
    id: "listDeliveries",
    tag: "Webhooks",
    summary: "List a trigger's deliveries, newest first",
    access: "viewer",
    query: { ...pages, state: oneOf(DELIVERY_STATES, "Only these.") },
    answers: {
      200: {
        description: "A page of deliveries.",
        schema: listingPageOf("DeliveryPage", objects.delivery),
        example: examples.listingPageOf([examples.delivery]),
      },
    },
    refusals: ["trigger_not_found", "validation_failed"],
  },
  "GET /api/v2/triggers/{trigger_id}/deliveries/{delivery_id}": {
    id: "getDelivery",
    tag: "Webhooks",
    summary: "Get a delivery with its body and attempts",
    access: "viewer",
    answers: { 200: { description: "The delivery.", schema: objects.fullDelivery, example: examples.fullDelivery } },
    refusals: ["trigger_not_found", "delivery_not_found"],
  },
  "POST /api/v2/triggers/{trigger_id}/deliveries/{delivery_id}/redeliver": {
    id: "redeliver",
    tag: "Webhooks",
    summary: "Send a delivery once more",
    description: "The same bytes under the same id, with a new timestamp.",
    access: "editor",
    answers: { 202: { description: "It is due now.", schema: objects.fullDelivery, example: examples.fullDelivery } },
    refusals: ["trigger_not_found", "delivery_not_found", "webhook_missing", "delivery_under_way"],
  },
  "POST /api/v2/triggers/{trigger_id}/webhook/ping": {
    id: "pingWebhook",
    tag: "Webhooks",
    summary: "Send an event that means nothing",
    description: "So that a receiver can be tried; the delivery's log tells how it went.",
    access: "editor",
    answers: { 202: { description: "It is due now.", schema: objects.fullDelivery, example: examples.fullDelivery } },
    refusals: ["trigger_not_found", "webhook_missing"],
  },
} as const satisfies Readonly<Record<string, Operation>>;

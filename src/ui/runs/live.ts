/** Follows a run with server-sent events. They are read from a fetch, because an EventSource cannot send the key. */
import { useEffect, useState } from "react";
import { ApiRefusal, send } from "../api/client";
import type { RunState } from "../api/objects";
import { after } from "../clock";

const RECONNECT_MS = 1000;

/** One sample of a solve's progress. */
export interface ProgressPoint {
  readonly elapsed_ms: number;
  readonly incumbent: number | null;
  readonly bound: number | null;
  readonly gap: number | null;
  readonly nodes: number;
}

export interface LiveRun {
  readonly status: RunState | null;
  readonly points: readonly ProgressPoint[];
}

const NOTHING: LiveRun = { status: null, points: [] };

/** Follows a run until it ends, and then calls `onEnd` once. Does nothing while `is_open` is false. */
export function useLiveRun(path: string, is_open: boolean, onEnd: () => void): LiveRun {
  const [live, setLive] = useState<LiveRun>(NOTHING);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new callback must not restart the stream.
  useEffect(() => {
    if (!is_open) return;
    const control = new AbortController();
    let cancelWait = (): void => {};
    let last_event_id: string | null = null;
    const take = (event: ServerEvent): void => {
      last_event_id = event.id;
      if (event.name === "progress") {
        const point = event.data as ProgressPoint;
        setLive((before) => ({ ...before, points: [...before.points, point] }));
      } else setLive((before) => ({ ...before, status: (event.data as { status: RunState }).status }));
    };
    const follow = async (): Promise<void> => {
      const has_ended = await readEvents(path, last_event_id, control.signal, take);
      if (control.signal.aborted) return;
      if (has_ended) onEnd();
      else cancelWait = after(RECONNECT_MS, () => void follow());
    };
    void follow();
    return () => {
      control.abort();
      cancelWait();
    };
  }, [path, is_open]);
  return live;
}

interface ServerEvent {
  readonly id: string;
  readonly name: string;
  readonly data: unknown;
}

/** Reads one connection to its end. True when the run has ended or does not exist; false when the connection broke. */
async function readEvents(
  path: string,
  last_event_id: string | null,
  signal: AbortSignal,
  take: (event: ServerEvent) => void,
): Promise<boolean> {
  const headers: Record<string, string> = { accept: "text/event-stream" };
  if (last_event_id !== null) headers["last-event-id"] = last_event_id;
  let has_ended = false;
  try {
    const response = await send("GET", path, undefined, { signal, headers });
    if (response.status === 204 || response.status === 404) return true;
    if (!response.ok || response.body === null) return false;
    let rest = "";
    for await (const text of response.body.pipeThrough(new TextDecoderStream())) {
      const blocks = (rest + text).split("\n\n");
      rest = blocks.pop() ?? "";
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event === null) continue;
        take(event);
        has_ended ||= event.id.endsWith(".end");
      }
    }
  } catch (error) {
    if (!(error instanceof ApiRefusal || error instanceof DOMException || error instanceof TypeError)) throw error;
  }
  return has_ended;
}

/** A block of `field: value` lines (WHATWG HTML, 9.2.6); null for a comment. */
function parseEvent(block: string): ServerEvent | null {
  const fields = Object.fromEntries(
    block
      .split("\n")
      .filter((line) => line.includes(": "))
      .map((line) => [line.slice(0, line.indexOf(": ")), line.slice(line.indexOf(": ") + 2)]),
  );
  if (fields.data === undefined) return null;
  return { id: fields.id ?? "", name: fields.event ?? "message", data: JSON.parse(fields.data) };
}

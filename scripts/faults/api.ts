/** The program's API as the fault scripts use it. */

export const KEY = `ok_live_${"ef".repeat(32)}`;

// biome-ignore lint/suspicious/noExplicitAny: answers are read as a client reads them, without types.
export type Json = any;

/** One request under /api/v2 with the admin key, or with another token. Throws for any answer other than 2xx. */
export async function ask(address: string, method: string, path: string, body?: unknown, token = KEY): Promise<Json> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const text = body === undefined ? null : JSON.stringify(body);
  const response = await fetch(`${address}/api/v2${path}`, { method, headers, body: text });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

/** A document, a version and a trigger on a model. */
export async function makeTrigger(
  address: string,
  model: unknown,
  fields: Record<string, unknown> = {},
): Promise<Json> {
  const document = await ask(address, "POST", "/builder", { model_json: model });
  const version = await ask(address, "POST", `/builder/${document.id}/versions`, {});
  const pinned = { document_id: document.id, version_id: version.id };
  return ask(address, "POST", "/triggers", { name: "fault", ...pinned, ...fields });
}

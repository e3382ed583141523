/** Revisions on the wire: `ETag` of an answer, `If-Match` of a change (RFC 9110, 8.8.3 and 13.1.1). */
import type { ExpectedRevisions } from "../../services/revision";

/** A proxy that compresses answers marks the tag as weak; it still names the same revision. */
const TAG_PATTERN = /^(?:W\/)?"(.*)"$/;

/** The revisions that the sender accepts; null without If-Match, or with `*`. Quotes are optional, because clients forget them. */
export function expectedRevisions(request: Request): ExpectedRevisions {
  const header = request.headers.get("if-match")?.trim() ?? "";
  if (header === "" || header === "*") return null;
  return header.split(",").map((tag) => TAG_PATTERN.exec(tag.trim())?.[1] ?? tag.trim());
}

/** The object, with its revision in the answer's ETag. */
export function tagged<Answer extends { readonly revision: string }>(
  set: { readonly headers: Record<string, unknown> },
  answer: Answer,
): Answer {
  set.headers.etag = `"${answer.revision}"`;
  return answer;
}

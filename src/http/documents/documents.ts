/** /api/v2/builder: documents. */
import type { Context, StorageParts, VisitParts } from "../../services/context";
import {
  createDocument,
  deleteDocument,
  getDocument,
  listDocuments,
  updateDocument,
} from "../../services/documents/documents";
import { requireRole } from "../edge/authenticate";
import { sliceOfQuery } from "../edge/query";
import { expectedRevisions, tagged } from "../edge/revisions";
import { API, keyedRoutes } from "../edge/router";
import { documentBody, documentChangeBody } from "./bodies";

type DocumentRouteContext = StorageParts & VisitParts & Pick<Context, "clock" | "config" | "ids" | "inspector">;

const LIST_LIMIT_DEFAULT = 100;

export function documentRoutes(context: DocumentRouteContext) {
  return keyedRoutes(context, `${API}/builder`)
    .post(
      "/",
      async ({ principal, body, status }) =>
        status(201, await createDocument(context, requireRole(principal, "editor"), body)),
      { body: documentBody },
    )
    .get("/", ({ principal, query }) => {
      const { skip, limit } = sliceOfQuery(query, LIST_LIMIT_DEFAULT);
      return listDocuments(context, principal, skip, limit);
    })
    .get("/:document_id", ({ principal, params, set }) =>
      tagged(set, getDocument(context, principal, params.document_id)),
    )
    .put(
      "/:document_id",
      async ({ principal, params, body, request, set }) => {
        const editor = requireRole(principal, "editor");
        const expected = expectedRevisions(request);
        return tagged(set, await updateDocument(context, editor, params.document_id, body, expected));
      },
      { body: documentChangeBody },
    )
    .delete("/:document_id", async ({ principal, params, request, status }) => {
      const editor = requireRole(principal, "editor");
      await deleteDocument(context, editor, params.document_id, expectedRevisions(request));
      return status(204);
    });
}

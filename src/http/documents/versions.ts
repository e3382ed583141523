/** /api/v2/builder/{document_id}/versions. */
import { EXPORT_FORMATS } from "../../model/formats";
import type { Context, ProcessParts, StorageParts, VisitParts } from "../../services/context";
import {
  checkpoint,
  diffVersions,
  exportVersion,
  getVersion,
  listInputs,
  listVersions,
  renameVersion,
  restoreVersion,
} from "../../services/documents/versions";
import { requireRole } from "../edge/authenticate";
import { requiredWordOf, sliceOfQuery } from "../edge/query";
import { API, fileResponse, keyedRoutes } from "../edge/router";
import { checkpointBody, restoreBody, versionNameBody } from "./bodies";

type VersionRouteContext = ProcessParts & StorageParts & VisitParts & Pick<Context, "inspector">;

const LIST_LIMIT_DEFAULT = 50;

export function versionRoutes(context: VersionRouteContext) {
  return keyedRoutes(context, `${API}/builder/:document_id/versions`)
    .get("/", ({ principal, params, query }) => {
      const { skip, limit } = sliceOfQuery(query, LIST_LIMIT_DEFAULT);
      return listVersions(context, principal, params.document_id, skip, limit);
    })
    .post(
      "/",
      async ({ principal, params, body, status }) =>
        status(201, await checkpoint(context, requireRole(principal, "editor"), params.document_id, body)),
      { body: checkpointBody },
    )
    .get("/:version_id", ({ principal, params }) =>
      getVersion(context, principal, params.document_id, params.version_id),
    )
    .patch(
      "/:version_id",
      ({ principal, params, body }) =>
        renameVersion(context, requireRole(principal, "editor"), params.document_id, params.version_id, body),
      { body: versionNameBody },
    )
    .post(
      "/:version_id/restore",
      ({ principal, params, body }) =>
        restoreVersion(
          context,
          requireRole(principal, "editor"),
          params.document_id,
          params.version_id,
          body.current_canvas_json,
        ),
      { body: restoreBody },
    )
    .get("/:version_id/diff/:other_id", ({ principal, params }) =>
      diffVersions(context, principal, params.document_id, params.version_id, params.other_id),
    )
    .get("/:version_id/inputs", ({ principal, params }) =>
      listInputs(context, principal, params.document_id, params.version_id),
    )
    .get("/:version_id/export", async ({ principal, params, query }) => {
      const format = requiredWordOf(query, "format", EXPORT_FORMATS);
      return fileResponse(await exportVersion(context, principal, params.document_id, params.version_id, format));
    });
}

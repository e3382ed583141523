/** Request bodies of documents and their versions. */
import { DOCUMENT_FIELDS } from "../../services/documents/document_fields";
import { anyJson, closed, description, name, orNull } from "../edge/body_fields";
import { changeBody, createBody } from "../edge/field_schemas";

export const documentBody = createBody(DOCUMENT_FIELDS);

export const documentChangeBody = changeBody(DOCUMENT_FIELDS);

export const checkpointBody = closed({
  canvas_json: anyJson,
  model_json: anyJson,
  version_name: orNull(name),
  version_description: orNull(description),
});

export const versionNameBody = closed({ version_name: name, version_description: orNull(description) });

export const restoreBody = closed({ current_canvas_json: anyJson });

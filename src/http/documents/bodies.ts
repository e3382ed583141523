/** Request bodies of documents and their versions. */
import { Type } from "@sinclair/typebox";
import { anyJson, closed, description, name, optional, orNull } from "../edge/body_fields";

export const documentBody = closed({
  name: optional(name),
  model_json: anyJson,
  canvas_json: anyJson,
  workspace_id: orNull(Type.String()),
});

export const checkpointBody = closed({
  canvas_json: anyJson,
  model_json: anyJson,
  version_name: orNull(name),
  version_description: orNull(description),
});

export const versionNameBody = closed({ version_name: name, version_description: orNull(description) });

export const restoreBody = closed({ current_canvas_json: anyJson });

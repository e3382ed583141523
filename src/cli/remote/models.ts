/** `models list|push`: lists documents and pushes files; each push makes a version. */
import { examineModel } from "../../model/compile";
import type { DocumentObject } from "../../services/documents/document_fields";
import type { FullVersionObject } from "../../services/documents/versions";
import { defaultLimits, printDiagnostics } from "../check";
import { readModelFile } from "../model_file";
import { Refused } from "./connection";
import { findDocument, listDocuments } from "./find";
import { Misuse, optionOf, type Session, tell, wordAt } from "./session";
import { table } from "./table";

const NOT_FOUND = 404;

export async function listModels(session: Session): Promise<number> {
  const documents = await listDocuments(session.connection);
  tell(session, documents, (rows) =>
    table(
      ["DOCUMENT", "NAME", "UPDATED"],
      rows.map((row) => [row.id, row.name, row.updated_at]),
    ),
  );
  return 0;
}

/** Creates or updates the document of that name and freezes it; an unchanged model keeps its latest version. */
export async function pushModel(session: Session): Promise<number> {
  const { terminal, connection } = session;
  const name = optionOf(session, "name");
  if (name === null) throw new Misuse("models push: give the document a --name");
  const model_json = readModelFile(wordAt(session, 1));
  const { diagnostics } = examineModel(model_json, defaultLimits(terminal));
  printDiagnostics(terminal, model_json, diagnostics);
  if (diagnostics.some(({ severity }) => severity === "error")) {
    terminal.err("jaot-triggers: the model has errors; nothing was pushed\n");
    return 1;
  }
  const known = await documentNamed(session, name);
  const document =
    known === null
      ? await connection.call<DocumentObject>("POST", "/builder", { name, model_json })
      : await connection.call<DocumentObject>("PUT", `/builder/${known.id}`, { model_json });
  const version = await connection.call<FullVersionObject>("POST", `/builder/${document.id}/versions`, {
    ...namedBy(session, "version-name", "version_name"),
    ...namedBy(session, "description", "version_description"),
  });
  const { id: version_id, sequence, change_summary, content_digest } = version;
  tell(
    session,
    { document_id: document.id, version_id, sequence, change_summary, content_digest, is_new: known === null },
    () => `${document.id}  ${version_id}  version ${sequence}: ${change_summary}`,
  );
  return 0;
}

async function documentNamed(session: Session, name: string): Promise<{ readonly id: string } | null> {
  try {
    return await findDocument(session.connection, name);
  } catch (error) {
    if (error instanceof Refused && error.status === NOT_FOUND) return null;
    throw error;
  }
}

function namedBy(session: Session, option: string, field: string): Record<string, string> {
  const value = optionOf(session, option);
  return value === null ? {} : { [field]: value };
}

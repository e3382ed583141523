/** The source of a model in an editor: checked while it is typed, with buttons to save it, freeze a version, test it and export it. */
import { Badge, Button, Fieldset, Group, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { lazy, Suspense, useMemo, useRef } from "react";
import { ApiRefusal, call } from "../api/client";
import type { Diagnostic, DocumentObject, RunObject, VersionObject, WrittenDocument } from "../api/objects";
import { useAct } from "../api/queries";
import { DraftNotes } from "../drafts/draft_notes";
import { type Draft, useDraft } from "../drafts/use_draft";
import { count, counted, duration } from "../layout/figures";
import { InView, Refused } from "../layout/in_view";
import { Loading, RefusalNote } from "../layout/states";
import { useMay } from "../session/session";
import { DiagnosticList } from "./diagnostic_list";
import { editorModeOf, fileOfModel, type ModelText, marksOf, modelOfText, textOfModel } from "./model_text";
import { saveFile } from "./save_file";
import { TestAnswer } from "./test_answer";
import { type Check, useCheck } from "./use_check";

const CodeEditor = lazy(() => import("../editor/code_editor"));

type Answer = NonNullable<RunObject["result_data"]>;

export function SourceTab({ document }: { readonly document: DocumentObject }) {
  const { draft, save } = useModelDraft(document);
  const { text } = draft.values;
  const setText = (next: ModelText) => draft.set({ text: next });
  const made = useMemo(() => modelOfText(text), [text]);
  const model = "model" in made ? made.model : null;
  const check = useCheck(model);
  const diagnostics = check.data?.diagnostics ?? NO_DIAGNOSTICS;
  const marks = useMemo(() => marksOf(text, diagnostics), [text, diagnostics]);
  const { solve, run, stop } = useTestSolve(model);
  useHotkeys([["mod+Enter", run]], [], true);
  return (
    <Stack gap="sm" data-draft="model">
      <DraftNotes
        draft={draft}
        textOf={({ name, text }) => `# ${name}\n${text.text}\n${text.form === "flat" ? "" : text.rest}`}
      />
      <Tools
        document={document}
        draft={draft}
        model={model}
        save={save}
        onSolve={run}
        onStop={stop}
        is_solving={solve.isPending}
      />
      <Refused refusal={save.error} title="It is not saved" />
      <Suspense fallback={<Loading rows={6} />}>
        <Texts text={text} onChange={setText} marks={marks} />
      </Suspense>
      {"fault" in made && (
        <Text c="red" size="sm" role="alert">
          {made.fault}
        </Text>
      )}
      {check.error !== null && <RefusalNote refusal={check.error} title="It could not be checked" />}
      {model !== null && check.data !== undefined && <Verdict check={check.data} is_asking={check.isFetching} />}
      <DiagnosticList diagnostics={diagnostics} />
      {solve.error instanceof ApiRefusal && <Refused refusal={solve.error} title="It could not be solved" />}
      {solve.isPending && (
        <Text size="sm" role="status">
          The model is being solved.
        </Text>
      )}
      {solve.data !== undefined && (
        <InView of={solve.data}>
          <TestAnswer result={solve.data} />
        </InView>
      )}
    </Stack>
  );
}

/** The draft of the document, and the action that saves it. */
function useModelDraft(document: DocumentObject) {
  const saved = useMemo<Written>(() => writtenOf(document), [document]);
  const path = `/builder/${document.id}`;
  const may_edit = useMay("editor");
  const save = useAct(
    ({ name, text }: Written) => call<WrittenDocument>("PUT", path, bodyOf(name, text), { headers: draft.headers }),
    {
      touches: ["/builder"],
      done: ({ diagnostics }) => savedWords(diagnostics),
      is_quiet: true,
      onDone: ({ revision }, sent) => draft.done(sent, revision),
    },
  );
  const draft = useDraft<Written>({
    kind: "model",
    id: document.id,
    saved,
    revision: document.revision,
    isSame,
    save: (values) => {
      if (may_edit && draft.is_changed && "model" in modelOfText(values.text)) save.mutate(values);
    },
  });
  return { draft, save };
}

/** The fields of a document that are edited here. */
interface Written {
  readonly name: string;
  readonly text: ModelText;
}

function writtenOf({ name, model_json }: DocumentObject): Written {
  return { name, text: textOfModel(model_json) };
}

function bodyOf(name: string, text: ModelText): { name: string; model_json: unknown } {
  const made = modelOfText(text);
  return { name, model_json: "model" in made ? made.model : null };
}

/** Compares the models, not the texts: the layout of a JSON text does not matter for saving. */
function isSame(a: Written, b: Written): boolean {
  if (a.name !== b.name) return false;
  if (a.text === b.text) return true;
  const [made, other] = [modelOfText(a.text), modelOfText(b.text)];
  return "model" in made && "model" in other && JSON.stringify(made.model) === JSON.stringify(other.model);
}

/** A test solve of the model in the editor; stopping it ends the solve at the service too. */
function useTestSolve(model: object | null) {
  const control = useRef<AbortController | null>(null);
  const solve = useAct(
    () => {
      control.current = new AbortController();
      return call<Answer>("POST", "/solve", model, { signal: control.current.signal });
    },
    { touches: [], is_quiet: true },
  );
  const run = () => {
    if (model !== null && !solve.isPending) solve.mutate(undefined);
  };
  return { solve, run, stop: () => control.current?.abort() };
}

const NO_DIAGNOSTICS: readonly Diagnostic[] = [];

function Texts(props: {
  readonly text: ModelText;
  readonly onChange: (text: ModelText) => void;
  readonly marks: ReturnType<typeof marksOf>;
}) {
  const { text, onChange, marks } = props;
  const source = (
    <CodeEditor
      label="Source of the model"
      value={text.text}
      language={editorModeOf(text)}
      marks={marks}
      onChange={(next) => onChange({ ...text, text: next })}
    />
  );
  if (text.form === "flat") return source;
  return (
    <Tabs defaultValue="source" variant="pills" keepMounted={false}>
      <Tabs.List mb="xs">
        <Tabs.Tab value="source">Source</Tabs.Tab>
        <Tabs.Tab value="rest">Data and options</Tabs.Tab>
      </Tabs.List>
      <Tabs.Panel value="source">{source}</Tabs.Panel>
      <Tabs.Panel value="rest">
        <Text size="sm" c="dimmed" mb={4}>
          What goes with the source: language, data that fills or replaces its sets and params, options such as
          time_limit_seconds.
        </Text>
        <CodeEditor
          label="Data and options of the model"
          value={text.rest}
          language="json"
          marks={[]}
          onChange={(rest) => onChange({ ...text, rest })}
        />
      </Tabs.Panel>
    </Tabs>
  );
}

interface ToolsProps {
  readonly document: DocumentObject;
  readonly draft: Draft<Written>;
  readonly model: object | null;
  readonly save: { readonly isPending: boolean; mutate(values: Written): void };
  readonly onSolve: () => void;
  readonly onStop: () => void;
  readonly is_solving: boolean;
}

function Tools({ document, draft, model, save, onSolve, onStop, is_solving }: ToolsProps) {
  const may_edit = useMay("editor");
  const may_solve = useMay("solver");
  const { name, text } = draft.values;
  const freeze = useFreeze(document, draft);
  const download = () => {
    const { file_name, text: content } = fileOfModel(document.name, text);
    saveFile(file_name, content);
  };
  return (
    <Fieldset disabled={!may_edit} variant="unstyled">
      <Group gap="xs" align="flex-end">
        <TextInput
          label="Name"
          value={name}
          onChange={(event) => draft.set({ name: event.currentTarget.value })}
          className="search"
        />
        <Button
          loading={save.isPending}
          disabled={model === null || name.trim() === "" || !draft.is_changed}
          onClick={() => save.mutate(draft.values)}
        >
          Save
        </Button>
        <Button
          variant="default"
          loading={freeze.isPending}
          disabled={model === null}
          onClick={() => freeze.mutate(draft.values)}
        >
          Freeze a version
        </Button>
        <Button variant="default" loading={is_solving} disabled={model === null || !may_solve} onClick={onSolve}>
          Test solve
        </Button>
        {is_solving && (
          <Button variant="default" onClick={onStop}>
            Stop the solve
          </Button>
        )}
        <Button variant="default" onClick={download}>
          Export
        </Button>
      </Group>
    </Fieldset>
  );
}

/** Saves unsaved changes, then makes a version. */
function useFreeze(document: DocumentObject, draft: Draft<Written>) {
  const path = `/builder/${document.id}`;
  return useAct(
    async (values: Written) => {
      const { headers } = draft;
      const is_saved = !draft.is_changed;
      const written = is_saved
        ? document
        : await call<DocumentObject>("PUT", path, bodyOf(values.name, values.text), { headers });
      const version = await call<VersionObject>("POST", `${path}/versions`, {});
      return { version, revision: written.revision };
    },
    {
      touches: ["/builder"],
      done: ({ version: { sequence, change_summary } }) => `Version ${sequence}: ${change_summary}`,
      onDone: ({ revision }, sent) => draft.done(sent, revision),
    },
  );
}

function savedWords(diagnostics: readonly Diagnostic[]): string {
  const errors = diagnostics.filter(({ severity }) => severity === "error").length;
  return errors === 0 ? "Saved" : `Saved with ${counted(errors, "error")}: it can be mended later, but not be pinned`;
}

function Verdict({ check, is_asking }: { readonly check: Check; readonly is_asking: boolean }) {
  const { num_variables, num_constraints, num_nonzeros } = check;
  return (
    <Group gap="sm" aria-live="polite" opacity={is_asking ? 0.7 : 1}>
      <Badge variant="light" color={check.valid ? "green" : "red"} tt="none">
        {check.valid ? "compiles" : counted(check.errors.length, "error")}
      </Badge>
      {check.valid && (
        <Text size="sm" c="dimmed">
          {counted(num_variables, "variable")}, {counted(num_constraints, "constraint")}, {count(num_nonzeros)}{" "}
          coefficients, compiled in {duration(check.took_ms)}
        </Text>
      )}
    </Group>
  );
}

/** The source of a model in an editor: checked while it is typed, with buttons to save it, freeze a version, test it and export it. */
import { Badge, Button, Fieldset, Group, Stack, Tabs, Text, TextInput } from "@mantine/core";
import { useHotkeys } from "@mantine/hooks";
import { lazy, Suspense, useMemo, useRef, useState } from "react";
import { ApiRefusal, call } from "../api/client";
import type { Diagnostic, DocumentObject, RunObject, VersionObject, WrittenDocument } from "../api/objects";
import { useAct } from "../api/queries";
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
  const [text, setText] = useState<ModelText>(() => textOfModel(document.model_json));
  const made = useMemo(() => modelOfText(text), [text]);
  const model = "model" in made ? made.model : null;
  // Compared as models: saving must not depend on how a JSON text is laid out.
  const is_changed = useMemo(
    () => JSON.stringify(model) !== JSON.stringify(document.model_json),
    [model, document.model_json],
  );
  const check = useCheck(model);
  const diagnostics = check.data?.diagnostics ?? NO_DIAGNOSTICS;
  const marks = useMemo(() => marksOf(text, diagnostics), [text, diagnostics]);
  const { solve, run, stop } = useTestSolve(model);
  useHotkeys([["mod+Enter", run]], [], true);
  return (
    <Stack gap="sm">
      <Tools
        document={document}
        text={text}
        model={model}
        is_changed={is_changed}
        onSolve={run}
        onStop={stop}
        is_solving={solve.isPending}
      />
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

/** A solve of the model as it stands in the editor; stopping it ends the solve at the service too. */
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
  readonly text: ModelText;
  readonly model: object | null;
  readonly is_changed: boolean;
  readonly onSolve: () => void;
  readonly onStop: () => void;
  readonly is_solving: boolean;
}

function Tools({ document, text, model, is_changed, onSolve, onStop, is_solving }: ToolsProps) {
  const may_edit = useMay("editor");
  const may_solve = useMay("solver");
  const [name, setName] = useState(document.name);
  const is_renamed = name.trim() !== "" && name !== document.name;
  const path = `/builder/${document.id}`;
  const save = useAct(() => call<WrittenDocument>("PUT", path, { name, model_json: model }), {
    touches: ["/builder"],
    done: ({ diagnostics }) => savedWords(diagnostics),
  });
  const freeze = useAct(
    async () => {
      if (is_changed || is_renamed) await call<DocumentObject>("PUT", path, { name, model_json: model });
      return call<VersionObject>("POST", `${path}/versions`, {});
    },
    { touches: ["/builder"], done: ({ sequence, change_summary }) => `Version ${sequence}: ${change_summary}` },
  );
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
          onChange={(event) => setName(event.currentTarget.value)}
          className="search"
        />
        <Button
          loading={save.isPending}
          disabled={model === null || !(is_changed || is_renamed)}
          onClick={() => save.mutate(undefined)}
        >
          Save
        </Button>
        <Button
          variant="default"
          loading={freeze.isPending}
          disabled={model === null}
          onClick={() => freeze.mutate(undefined)}
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

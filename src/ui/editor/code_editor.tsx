/** A text editor with colours, line numbers and errors marked in place. After Escape, Tab leaves the editor. */
import { defaultKeymap, history, historyKeymap, indentWithTab, toggleComment } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, type Diagnostic as Mark, setDiagnostics } from "@codemirror/lint";
import { Compartment, EditorState, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import type { EditorMode } from "../api/objects";
import type { CodeMark } from "./code_mark";
import { mathprog } from "./mathprog";

export interface CodeEditorProps {
  readonly label: string;
  readonly value: string;
  readonly language: EditorMode;
  readonly marks: readonly CodeMark[];
  readonly onChange: (text: string) => void;
  readonly is_read_only?: boolean;
}

const colours = new Compartment();

export default function CodeEditor(props: CodeEditorProps) {
  const { value, marks } = props;
  const frame = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const scheme = useComputedColorScheme();

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is created once; the effects below pass changes to it.
  useEffect(() => {
    const made = new EditorView({ parent: frame.current!, state: stateOf(latest, scheme) });
    view.current = made;
    return () => made.destroy();
  }, []);

  useEffect(() => {
    view.current?.dispatch({ effects: colours.reconfigure(coloursFor(scheme)) });
  }, [scheme]);

  useEffect(() => {
    const current = view.current;
    if (current === null || current.state.doc.toString() === value) return;
    current.dispatch({ changes: { from: 0, to: current.state.doc.length, insert: value } });
  }, [value]);

  useEffect(() => {
    const current = view.current;
    if (current === null) return;
    const length = current.state.doc.length;
    const placed: Mark[] = marks.map((mark) => {
      const from = Math.min(mark.from, length);
      return { ...mark, from, to: Math.min(Math.max(mark.to, from), length) };
    });
    current.dispatch(setDiagnostics(current.state, placed));
  }, [marks]);

  return <div ref={frame} className="code-editor" />;
}

function stateOf(latest: { readonly current: CodeEditorProps }, scheme: "light" | "dark"): EditorState {
  const { value, label, language, is_read_only } = latest.current;
  const nonce = document.querySelector<HTMLMetaElement>('meta[name="style-nonce"]')?.content ?? "";
  return EditorState.create({
    doc: value,
    extensions: [
      EditorView.cspNonce.of(nonce),
      lineNumbers(),
      lintGutter(),
      history(),
      drawSelection(),
      indentOnInput(),
      bracketMatching(),
      highlightActiveLine(),
      EditorView.lineWrapping,
      EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
      EditorState.readOnly.of(is_read_only ?? false),
      keymap.of([
        // The screen around the editor handles this key and starts a solve; CodeMirror would insert a line.
        { key: "Mod-Enter", run: () => true },
        { key: "Mod-/", run: toggleComment },
        indentWithTab,
        ...defaultKeymap,
        ...historyKeymap,
      ]),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) latest.current.onChange(update.state.doc.toString());
      }),
      language === "json" ? json() : language === "mathprog" ? mathprog : [],
      colours.of(coloursFor(scheme)),
    ],
  });
}

/** Each colour has a contrast of at least 4.5 with its background. */
const INKS = {
  light: {
    keyword: "#7c2fb5",
    name: "#0b5a8f",
    number: "#8a4a00",
    string: "#2b6b2f",
    comment: "#5b6570",
    ground: "#ffffff",
  },
  dark: {
    keyword: "#d6a8ff",
    name: "#8cc8ff",
    number: "#ffc078",
    string: "#9be19f",
    comment: "#a3abb5",
    ground: "#1f1f1f",
  },
} as const;

function coloursFor(scheme: "light" | "dark"): Extension {
  const ink = INKS[scheme];
  return [
    syntaxHighlighting(
      HighlightStyle.define([
        { tag: tags.keyword, color: ink.keyword },
        { tag: [tags.variableName, tags.propertyName], color: ink.name },
        { tag: [tags.number, tags.bool, tags.null], color: ink.number },
        { tag: tags.string, color: ink.string },
        { tag: tags.comment, color: ink.comment },
      ]),
    ),
    EditorView.theme(
      {
        "&": { backgroundColor: ink.ground, fontSize: "13px" },
        ".cm-content": { fontFamily: "var(--mantine-font-family-monospace)" },
        ".cm-gutters": { backgroundColor: ink.ground, color: ink.comment, border: "none" },
        ".cm-activeLine": { backgroundColor: "rgba(128, 128, 128, 0.1)" },
        ".cm-tooltip": { color: "var(--mantine-color-text)", backgroundColor: "var(--mantine-color-body)" },
      },
      { dark: scheme === "dark" },
    ),
  ];
}

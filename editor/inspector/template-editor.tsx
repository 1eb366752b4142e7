import type { CompletionContext, CompletionResult } from '@codemirror/autocomplete';
import {
  acceptCompletion,
  autocompletion,
  closeBrackets,
  completionKeymap,
  startCompletion,
} from '@codemirror/autocomplete';
import { defaultKeymap, insertNewline } from '@codemirror/commands';
import { Annotation, Compartment, EditorState } from '@codemirror/state';
import type { DecorationSet, ViewUpdate } from '@codemirror/view';
import {
  Decoration,
  EditorView,
  keymap,
  MatchDecorator,
  placeholder as placeholderText,
  tooltips,
  ViewPlugin,
} from '@codemirror/view';
import { useEffect, useRef } from 'react';
import type { TemplateField } from './template-fields.ts';
import { valueText } from './template-fields.ts';

export type TemplateEditorProps = {
  value: string;
  onChange(value: string): void;
  label: string;
  fields: readonly TemplateField[];
  multiline: boolean;
  /** Highlights and completes `{{ }}`; without it the text is literal (code). */
  templates: boolean;
  monospace?: boolean;
  placeholder?: string;
  describedBy?: string | undefined;
  invalid?: boolean;
  readOnly?: boolean;
  /** Counts up to open the list of values at the cursor. */
  insertRequest?: number;
};

/** Marks a change that came from outside (undo, another tab) and must not be reported back as typing. */
const fromOutside = Annotation.define<boolean>();

/** A text field that knows `{{ }}`: highlighted, completed with every value the node can see. Loaded when first needed. */
export default function TemplateEditor(props: TemplateEditorProps) {
  const host = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const latest = useRef(props);
  latest.current = props;
  const attributes = useRef(new Compartment());

  // biome-ignore lint/correctness/useExhaustiveDependencies: the view is made once; what changes goes in below
  useEffect(() => {
    if (!host.current) return;
    const editor = new EditorView({
      parent: host.current,
      state: EditorState.create({ doc: props.value, extensions: extensions(latest, attributes.current) }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [props.multiline, props.templates]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || editor.state.doc.toString() === props.value) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: props.value },
      annotations: fromOutside.of(true),
    });
  }, [props.value]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: these are what contentAttributes reads
  useEffect(() => {
    view.current?.dispatch({
      effects: attributes.current.reconfigure(contentAttributes(latest.current)),
    });
  }, [props.label, props.describedBy, props.invalid, props.readOnly]);

  useEffect(() => {
    const editor = view.current;
    if (!editor || !props.insertRequest) return;
    const { head } = editor.state.selection.main;
    editor.focus();
    editor.dispatch({ changes: { from: head, insert: '{{ ' }, selection: { anchor: head + 3 } });
    startCompletion(editor);
  }, [props.insertRequest]);

  return <div ref={host} data-multiline={props.multiline} className={props.monospace ? 'font-mono' : ''} />;
}

function extensions(latest: { current: TemplateEditorProps }, attributes: Compartment) {
  const { multiline, templates, placeholder } = latest.current;
  return [
    EditorView.lineWrapping,
    tooltips({ position: 'fixed' }),
    theme(multiline),
    attributes.of(contentAttributes(latest.current)),
    placeholder ? placeholderText(placeholder) : [],
    templates
      ? [
          chips(() => latest.current.fields),
          closeBrackets(),
          autocompletion({
            override: [(context) => completions(context, latest.current.fields)],
            icons: false,
            activateOnTyping: true,
          }),
        ]
      : [],
    keymap.of([
      { key: 'Tab', run: acceptCompletion },
      { key: 'Enter', run: multiline ? insertNewline : () => true },
    ]),
    keymap.of(completionKeymap),
    keymap.of(defaultKeymap.filter(({ key }) => key !== 'Enter' && key !== 'Mod-Enter' && key !== 'Mod-/')),
    multiline
      ? []
      : [
          EditorView.clipboardInputFilter.of((text) => text.replace(/\s*\n\s*/g, ' ')),
          EditorState.transactionFilter.of((transaction) =>
            transaction.docChanged && transaction.newDoc.lines > 1 && !transaction.annotation(fromOutside)
              ? []
              : transaction,
          ),
        ],
    EditorView.updateListener.of((update) => {
      const typed = update.transactions.some((transaction) => !transaction.annotation(fromOutside));
      if (update.docChanged && typed) latest.current.onChange(update.state.doc.toString());
    }),
  ];
}

function contentAttributes(props: TemplateEditorProps) {
  return [
    EditorView.contentAttributes.of({
      'aria-label': props.label,
      'aria-multiline': String(props.multiline),
      ...(props.describedBy ? { 'aria-describedby': props.describedBy } : {}),
      ...(props.invalid ? { 'aria-invalid': 'true' } : {}),
      ...(props.readOnly ? { 'aria-readonly': 'true', tabindex: '0' } : {}),
      spellcheck: 'true',
    }),
    EditorState.readOnly.of(props.readOnly ?? false),
    EditorView.editable.of(!props.readOnly),
  ];
}

/** Offers the node's values behind `{{`. */
function completions(context: CompletionContext, fields: readonly TemplateField[]): CompletionResult | null {
  const before = context.matchBefore(/\{\{[^{}|]*/);
  if (!before) return null;
  const inner = /^\{\{\s*/.exec(before.text)?.[0].length ?? 2;
  return {
    from: before.from + inner,
    options: fields.map((field, index) => ({
      label: field.path,
      detail: valueText(field.value),
      info: [field.owner, field.about].filter(Boolean).join(': '),
      boost: -index / 10,
      apply: (view, _, from, to) => {
        const lead = view.state.sliceDoc(from - 1, from) === '{' ? ' ' : '';
        const insert = `${lead}${field.path} }}`;
        view.dispatch({
          changes: { from, to: endOfBraces(view.state, to), insert },
          selection: { anchor: from + insert.length },
          userEvent: 'input.complete',
        });
      },
    })),
    validFor: /^[\w.\][-]*$/,
  };
}

/** The rest of the name and the `}}` that stand behind the cursor already: the completion writes its own. */
function endOfBraces(state: EditorState, from: number): number {
  const rest = state.sliceDoc(from, Math.min(from + 100, state.doc.length));
  return from + (/^[\w.\][-]*\s*\}{1,2}/.exec(rest)?.[0].length ?? 0);
}

function chips(fields: () => readonly TemplateField[]) {
  const decorator = new MatchDecorator({
    regexp: /\{\{[^{}]*\}\}/g,
    decoration: (match) => {
      const path = match[0].slice(2, -2).split('|')[0]?.trim() ?? '';
      const field = fields().find((candidate) => candidate.path === path);
      const value = field && valueText(field.value);
      return Decoration.mark({
        class: field || fields().length === 0 ? 'cm-template' : 'cm-template cm-template-unknown',
        attributes: field ? { title: `${field.owner}${value ? `: ${value}` : ''}` } : {},
      });
    },
  });
  return ViewPlugin.fromClass(
    class {
      decorations: DecorationSet;
      constructor(view: EditorView) {
        this.decorations = decorator.createDeco(view);
      }
      update(update: ViewUpdate) {
        this.decorations = decorator.updateDeco(update, this.decorations);
      }
    },
    { decorations: (plugin) => plugin.decorations },
  );
}

function theme(multiline: boolean) {
  return EditorView.theme({
    '&': { fontSize: 'inherit', color: 'inherit', backgroundColor: 'transparent' },
    '&.cm-focused': { outline: 'none' },
    '.cm-content': {
      fontFamily: 'inherit',
      padding: '6px 0',
      minHeight: multiline ? '72px' : '20px',
      caretColor: 'currentColor',
    },
    '.cm-line': { padding: '0 8px', lineHeight: '20px' },
    '.cm-scroller': { maxHeight: '320px', overflow: 'auto', fontFamily: 'inherit' },
    '.cm-cursor': { borderLeftColor: 'currentColor' },
  });
}

import { CircleAlert, Plus, X } from 'lucide-react';
import { useId, useState } from 'react';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { Button } from '../../ui/button.tsx';
import { Input } from '../../ui/input.tsx';
import { entryErrors, MOST_ENTRIES, withEntries } from './entries.ts';
import { useAiText } from './texts.ts';

type PhraseListProps = {
  label: string;
  placeholder: string;
  /** What holds while there are none. */
  empty: string;
  entries: readonly string[];
  /** The name of the list in the server's messages. */
  path: string;
  errors: Record<string, string>;
  onChange(entries: string[]): void;
};

/** Words, phrases or domains: Enter adds one, pasted lines add as many, and what is typed counts when the field is left. */
export function PhraseList({ label, placeholder, empty, entries, path, errors, onChange }: PhraseListProps) {
  const t = useAiText();
  const id = useId();
  const isReadOnly = useReadOnlyReason('admin') !== undefined;
  const [text, setText] = useState('');
  const problems = entryErrors(path, entries, errors);
  const wrong = new Set(problems.map(({ entry }) => entry));
  const isFull = entries.length >= MOST_ENTRIES;
  const add = (typed: string) => {
    setText('');
    const next = withEntries(entries, typed);
    if (next.length > entries.length) onChange(next);
  };
  return (
    <div className="flex flex-col gap-2">
      {entries.length === 0 ? (
        <p className="text-xs text-muted-foreground">{empty}</p>
      ) : (
        <ul aria-label={label} className="flex max-h-52 flex-wrap gap-1.5 overflow-y-auto p-0.5">
          {entries.map((entry) => (
            <li
              key={entry}
              className={`flex max-w-full items-center gap-1 rounded-md border py-0.5 pl-2 ${wrong.has(entry) ? 'border-destructive' : 'border-border'} bg-muted ${isReadOnly ? 'pr-2' : 'pr-0.5'}`}
            >
              <span className="min-w-0 break-words">{entry}</span>
              {!isReadOnly && (
                <button
                  type="button"
                  aria-label={t('removeEntry', { entry })}
                  className="flex size-6 shrink-0 items-center justify-center rounded text-muted-foreground hover:text-foreground"
                  onClick={() => onChange(entries.filter((other) => other !== entry))}
                >
                  <X className="size-3.5" aria-hidden />
                </button>
              )}
            </li>
          ))}
        </ul>
      )}
      {!isReadOnly && (
        <div className="flex gap-2">
          <Input
            aria-label={label}
            aria-describedby={`${id}-help${problems.length > 0 ? ` ${id}-error` : ''}`}
            aria-invalid={problems.length > 0 || undefined}
            className="max-w-96"
            maxLength={200}
            disabled={isFull}
            placeholder={placeholder}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onBlur={() => add(text)}
            onPaste={(event) => {
              const pasted = event.clipboardData.getData('text');
              if (!/\n/.test(pasted.trim())) return;
              event.preventDefault();
              add(`${text}\n${pasted}`);
            }}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing || text.trim() === '') return;
              event.preventDefault();
              add(text);
            }}
          />
          <Button disabled={text.trim() === ''} onClick={() => add(text)}>
            <Plus aria-hidden />
            {t('add')}
          </Button>
        </div>
      )}
      {!isReadOnly && (
        <p id={`${id}-help`} className="text-xs text-muted-foreground">
          {isFull ? t('entriesFull', { count: MOST_ENTRIES }) : t('entriesHelp')}
        </p>
      )}
      <div id={`${id}-error`} role="alert">
        {problems.map(({ entry, message }) => (
          <p key={`${entry} ${message}`} className="flex items-start gap-1 text-xs text-destructive">
            <CircleAlert className="mt-0.5 size-3 shrink-0" aria-hidden />
            {entry === null ? message : `“${entry}”: ${message}`}
          </p>
        ))}
      </div>
    </div>
  );
}

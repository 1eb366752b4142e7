import { Plus, Trash2 } from 'lucide-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AiGuardrails } from '../../../server/contract/ai-guardrails.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { Field } from '../../ui/field.tsx';
import { Input } from '../../ui/input.tsx';
import { Select } from '../../ui/select.tsx';
import type { TextMode } from './intent-list.ts';
import { KNOWN_INTENTS, LONGEST_NAME, MODES, newIntentProblem } from './intent-list.ts';
import { percentText } from './money.ts';
import { Section } from './section.tsx';
import { useAiText } from './texts.ts';

type IntentModesProps = Pick<AiGuardrails, 'modes' | 'confidenceThreshold'> & {
  errors: Record<string, string>;
  onChange(part: Partial<Pick<AiGuardrails, 'modes' | 'confidenceThreshold'>>): void;
};

/** What happens with answers, by what a message is about: sent, shown to a person first, or left to a person. */
export function IntentModes({ modes, confidenceThreshold, errors, onChange }: IntentModesProps) {
  const t = useAiText();
  const isReadOnly = useReadOnlyReason('admin') !== undefined;
  const names = Object.keys(modes.byIntent).toSorted((one, other) => one.localeCompare(other));
  const setModes = (byIntent: AiGuardrails['modes']['byIntent']) =>
    onChange({ modes: { ...modes, byIntent } });
  return (
    <Section title={t('modes.title')} text={t('modes.text')}>
      <dl className="grid gap-2 sm:grid-cols-3">
        {MODES.map((mode) => (
          <div key={mode} className="rounded-md bg-muted px-3 py-2">
            <dt className="font-medium">{t(`mode.${mode}`)}</dt>
            <dd className="text-xs text-muted-foreground">{t(`mode.${mode}.text`)}</dd>
          </div>
        ))}
      </dl>
      <Field title={t('modes.default')} help={t('modes.defaultHelp')} error={errors['modes.default']}>
        {(control) => (
          <ModeSelect
            {...control}
            value={modes.default}
            disabled={isReadOnly}
            onChange={(mode) => onChange({ modes: { ...modes, default: mode } })}
          />
        )}
      </Field>
      {names.length > 0 && (
        <ul aria-label={t('modes.byIntent')} className="flex flex-col divide-y divide-border">
          {names.map((name) => (
            <li key={name} className="flex flex-wrap items-center gap-2 py-2 first:pt-0">
              <span className="min-w-0 flex-1 basis-28 break-words">{name}</span>
              <ModeSelect
                aria-label={t('modes.of', { name })}
                value={modes.byIntent[name] ?? modes.default}
                disabled={isReadOnly}
                onChange={(mode) => setModes({ ...modes.byIntent, [name]: mode })}
              />
              {!isReadOnly && (
                <IconButton
                  label={t('modes.remove', { name })}
                  onClick={() =>
                    setModes(
                      Object.fromEntries(Object.entries(modes.byIntent).filter(([known]) => known !== name)),
                    )
                  }
                >
                  <Trash2 aria-hidden />
                </IconButton>
              )}
            </li>
          ))}
        </ul>
      )}
      {!isReadOnly && (
        <NewIntent
          byIntent={modes.byIntent}
          onAdd={(name) => setModes({ ...modes.byIntent, [name]: 'draft' })}
        />
      )}
      <Threshold
        value={confidenceThreshold}
        isUsed={names.length > 0}
        isReadOnly={isReadOnly}
        error={errors.confidenceThreshold}
        onChange={(next) => onChange({ confidenceThreshold: next })}
      />
    </Section>
  );
}

type ModeSelectProps = {
  id?: string;
  'aria-label'?: string;
  'aria-describedby'?: string | undefined;
  'aria-invalid'?: boolean | undefined;
  value: TextMode;
  disabled: boolean;
  onChange(mode: TextMode): void;
};

function ModeSelect({ value, disabled, onChange, ...aria }: ModeSelectProps) {
  const t = useAiText();
  return (
    <Select
      {...aria}
      className="w-64"
      value={value}
      disabled={disabled}
      options={MODES.map((mode) => ({ value: mode, label: t(`mode.${mode}`) }))}
      onValueChange={(next) => onChange(MODES.find((mode) => mode === next) ?? value)}
    />
  );
}

type NewIntentProps = { byIntent: AiGuardrails['modes']['byIntent']; onAdd(name: string): void };

function NewIntent({ byIntent, onAdd }: NewIntentProps) {
  const t = useAiText();
  const listId = useId();
  const [name, setName] = useState('');
  const problem = newIntentProblem(byIntent, name);
  const add = () => {
    if (problem !== null) return;
    onAdd(name.trim());
    setName('');
  };
  return (
    <Field
      title={t('modes.add')}
      help={t('modes.addHelp')}
      error={problem !== null && problem !== 'empty' ? t(`modes.${problem}`) : undefined}
    >
      {(control) => (
        <div className="flex gap-2">
          <Input
            {...control}
            list={listId}
            className="max-w-64"
            maxLength={LONGEST_NAME}
            autoComplete="off"
            value={name}
            onChange={(event) => setName(event.target.value)}
            onKeyDown={(event) => {
              if (event.key !== 'Enter' || event.nativeEvent.isComposing || name.trim() === '') return;
              event.preventDefault();
              add();
            }}
          />
          <datalist id={listId}>
            {KNOWN_INTENTS.filter((known) => newIntentProblem(byIntent, known) === null).map((known) => (
              <option key={known} value={known} />
            ))}
          </datalist>
          <Button disabled={problem !== null} onClick={add}>
            <Plus aria-hidden />
            {t('add')}
          </Button>
        </div>
      )}
    </Field>
  );
}

type ThresholdProps = {
  /** 0 to 1. */
  value: number;
  /** It matters only where intents have modes. */
  isUsed: boolean;
  isReadOnly: boolean;
  error: string | undefined;
  onChange(value: number): void;
};

function Threshold({ value, isUsed, isReadOnly, error, onChange }: ThresholdProps) {
  const t = useAiText();
  const { i18n } = useTranslation();
  const words = percentText(value, i18n.language);
  return (
    <Field
      title={t('threshold')}
      help={`${t('threshold.help')}${isUsed ? '' : ` ${t('threshold.unused')}`}`}
      error={error}
    >
      {(control) => (
        <span className="flex items-center gap-3">
          <input
            {...control}
            type="range"
            min={0}
            max={100}
            step={1}
            className="h-8 w-full max-w-72 accent-primary"
            aria-valuetext={words}
            disabled={isReadOnly}
            value={Math.round(value * 100)}
            onChange={(event) => onChange(event.target.valueAsNumber / 100)}
          />
          <output className="w-12 tabular-nums">{words}</output>
        </span>
      )}
    </Field>
  );
}

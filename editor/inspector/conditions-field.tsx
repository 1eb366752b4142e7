import { Plus, X } from 'lucide-react';
import { useCanvasText } from '../canvas/texts.ts';
import { type ConditionRow, needsCompare, operatorsOf, parseGroup, writeGroup } from './conditions.ts';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { fieldId, useForm } from './form-context.tsx';
import { ItemButton } from './list-field.tsx';
import type { JsonSchema } from './schema.ts';
import { TextField } from './text-field.tsx';

type ConditionsFieldProps = {
  path: string;
  label: string;
  help?: string | undefined;
  isRequired: boolean;
  schema: JsonSchema;
  root: JsonSchema;
  value: unknown;
  onChange(value: unknown): void;
};

/** Conditions of which all, or any, must hold: value, comparison, compared value. */
export function ConditionsField(props: ConditionsFieldProps) {
  const { path, label, help, isRequired, schema, root, value, onChange } = props;
  const form = useForm();
  const t = useCanvasText();
  const group = parseGroup(value);
  const operators = operatorsOf(schema, root);
  const setRows = (rows: ConditionRow[]) => onChange(writeGroup({ ...group, rows }));
  const setRow = (index: number, change: Partial<ConditionRow>) =>
    setRows(group.rows.map((row, at) => (at === index ? { ...row, ...change } : row)));

  return (
    <FieldFrame path={path} label={label} help={help} isRequired={isRequired} isGroup>
      {({ id }) => (
        <fieldset id={id} aria-labelledby={`${id}-label`} className="flex min-w-0 flex-col gap-2">
          {group.rows.length > 1 && (
            <select
              className={controlClass}
              aria-label={t('conditionMode')}
              value={group.mode}
              disabled={form.isReadOnly}
              onChange={(event) =>
                onChange(writeGroup({ ...group, mode: event.target.value === 'any' ? 'any' : 'all' }))
              }
            >
              <option value="all">{t('conditionAll')}</option>
              <option value="any">{t('conditionAny')}</option>
            </select>
          )}
          {group.rows.map((row, index) => {
            const rowPath = `${path}.${group.mode}[${index}]`;
            const rowLabel = t('itemOf', { label: t('condition'), number: index + 1 });
            const operatorId = fieldId(form.nodeId, `${rowPath}.operator`);
            return (
              <fieldset
                // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity of their own; fields are controlled
                key={index}
                aria-label={rowLabel}
                className="flex min-w-0 flex-col gap-2 rounded-md border border-border p-2.5"
              >
                <div className="-mb-2 flex justify-end">
                  {!form.isReadOnly && (
                    <ItemButton
                      label={t('removeItem', { name: rowLabel })}
                      onClick={() => setRows(group.rows.filter((_, at) => at !== index))}
                    >
                      <X className="size-3.5" aria-hidden />
                    </ItemButton>
                  )}
                </div>
                <TextField
                  path={`${rowPath}.value`}
                  label={t('conditionValue')}
                  value={asText(row.value)}
                  placeholder="{{ trigger.comment.text }}"
                  onChange={(text) => setRow(index, { value: text })}
                  multiline={false}
                  templates
                />
                <div data-field={`${rowPath}.operator`} className="flex flex-col gap-1">
                  <label htmlFor={operatorId} className="text-xs font-medium">
                    {t('conditionOperator')}
                  </label>
                  <select
                    id={operatorId}
                    className={controlClass}
                    value={row.operator}
                    disabled={form.isReadOnly}
                    onChange={(event) => setRow(index, { operator: event.target.value })}
                  >
                    {operators.map((operator) => (
                      <option key={operator} value={operator}>
                        {t(`operator.${operator}`, { defaultValue: operator.replaceAll('_', ' ') })}
                      </option>
                    ))}
                  </select>
                </div>
                {needsCompare(row.operator) && (
                  <TextField
                    path={`${rowPath}.compare`}
                    label={t('conditionCompare')}
                    value={asText(row.compare)}
                    onChange={(text) => setRow(index, { compare: text })}
                    multiline={false}
                    templates
                  />
                )}
              </fieldset>
            );
          })}
          {!form.isReadOnly && (
            <button
              type="button"
              className="flex h-7 items-center gap-1 self-start rounded-md border border-dashed border-input px-2 text-xs text-muted-foreground hover:border-ring hover:text-foreground"
              aria-label={t('addTo', { label })}
              onClick={() =>
                setRows([...group.rows, { value: '', operator: operators[0] ?? 'equals', compare: '' }])
              }
            >
              <Plus className="size-3.5" aria-hidden />
              {t('addCondition')}
            </button>
          )}
        </fieldset>
      )}
    </FieldFrame>
  );
}

/** Lists and numbers are shown as text; `is_one_of` reads `a, b, c`. */
function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.map(asText).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

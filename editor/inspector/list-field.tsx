import { ArrowDown, ArrowUp, Plus, X } from 'lucide-react';
import { useCanvasText } from '../canvas/texts.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';
import type { JsonSchema } from './schema.ts';
import { blankValue, fieldKind, resolve } from './schema.ts';
import { ObjectFields, recordOf, SchemaField } from './schema-field.tsx';

type ListFieldProps = {
  path: string;
  label: string;
  help?: string | undefined;
  isRequired: boolean;
  schema: JsonSchema;
  root: JsonSchema;
  value: unknown;
  onChange(value: unknown): void;
};

/** A list of anything: items are added, removed and moved up and down. */
export function ListField({ path, label, help, isRequired, schema, root, value, onChange }: ListFieldProps) {
  const form = useForm();
  const t = useCanvasText();
  const items: unknown[] = Array.isArray(value) ? value : [];
  const itemSchema = resolve(schema.items ?? {}, root);
  const isObject = fieldKind(itemSchema, root).kind === 'object';
  const isFull = items.length >= (schema.maxItems ?? 1_000);

  const replace = (index: number, item: unknown) =>
    onChange(items.map((old, at) => (at === index ? item : old)));
  const remove = (index: number) => onChange(items.filter((_, at) => at !== index));
  const move = (from: number, to: number) => {
    const next = [...items];
    next.splice(to, 0, ...next.splice(from, 1));
    onChange(next);
  };

  return (
    <FieldFrame path={path} label={label} help={help} isRequired={isRequired} isGroup>
      {({ id }) => (
        <fieldset id={id} aria-labelledby={`${id}-label`} className="flex min-w-0 flex-col gap-2">
          {items.map((item, index) => {
            const itemPath = `${path}[${index}]`;
            const itemLabel = t('itemOf', { label, number: index + 1 });
            return (
              <fieldset
                // biome-ignore lint/suspicious/noArrayIndexKey: items have no identity of their own; fields are controlled
                key={index}
                aria-label={itemLabel}
                className="flex min-w-0 flex-col gap-3 rounded-md border border-border p-2.5"
              >
                <div className="-mb-1 flex items-center gap-0.5">
                  <span className="flex-1 text-xs text-muted-foreground">{index + 1}</span>
                  {!form.isReadOnly && (
                    <>
                      <ItemButton
                        label={t('moveUp', { item: itemLabel })}
                        isDisabled={index === 0}
                        onClick={() => move(index, index - 1)}
                      >
                        <ArrowUp className="size-3.5" aria-hidden />
                      </ItemButton>
                      <ItemButton
                        label={t('moveDown', { item: itemLabel })}
                        isDisabled={index === items.length - 1}
                        onClick={() => move(index, index + 1)}
                      >
                        <ArrowDown className="size-3.5" aria-hidden />
                      </ItemButton>
                      <ItemButton
                        label={t('removeItem', { name: itemLabel })}
                        isDisabled={items.length <= (schema.minItems ?? 0)}
                        onClick={() => remove(index)}
                      >
                        <X className="size-3.5" aria-hidden />
                      </ItemButton>
                    </>
                  )}
                </div>
                {isObject ? (
                  <ObjectFields
                    schema={itemSchema}
                    root={root}
                    path={itemPath}
                    value={recordOf(item)}
                    onChange={(next) => replace(index, next)}
                  />
                ) : (
                  <SchemaField
                    schema={{ ...itemSchema, title: itemLabel }}
                    root={root}
                    path={itemPath}
                    name={itemLabel}
                    value={item}
                    onChange={(next) => replace(index, next ?? blankValue(itemSchema, root))}
                    isRequired
                  />
                )}
              </fieldset>
            );
          })}
          {!form.isReadOnly && (
            <button
              type="button"
              disabled={isFull}
              className="flex h-7 items-center gap-1 self-start rounded-md border border-dashed border-input px-2 text-xs text-muted-foreground hover:border-ring hover:text-foreground disabled:opacity-50"
              aria-label={t('addTo', { label })}
              onClick={() => onChange([...items, blankValue(itemSchema, root)])}
            >
              <Plus className="size-3.5" aria-hidden />
              {t('add')}
            </button>
          )}
        </fieldset>
      )}
    </FieldFrame>
  );
}

export function ItemButton(props: {
  label: string;
  isDisabled?: boolean;
  onClick(): void;
  children: React.ReactNode;
}) {
  return (
    <button
      type="button"
      aria-label={props.label}
      title={props.label}
      disabled={props.isDisabled}
      className="flex size-6 items-center justify-center rounded text-muted-foreground hover:bg-muted hover:text-foreground disabled:opacity-40"
      onClick={props.onClick}
    >
      {props.children}
    </button>
  );
}

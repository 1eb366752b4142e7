import { useCanvasText } from '../canvas/texts.ts';
import { AccountField, FlowField, KnowledgeBaseField } from './choice-fields.tsx';
import { ConditionsField } from './conditions-field.tsx';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';
import { JsonField } from './json-field.tsx';
import { ListField } from './list-field.tsx';
import type { CommonProps } from './plain-fields.tsx';
import { BooleanField, ChoiceField, NumberField, SuggestionField } from './plain-fields.tsx';
import type { JsonSchema } from './schema.ts';
import { blankValue, fieldKind, fieldsOf, labelOf, resolve, variantIndex, variantLabel } from './schema.ts';
import { TagsField } from './tags-field.tsx';
import { TextField } from './text-field.tsx';

export type SchemaFieldProps = {
  schema: JsonSchema;
  /** The whole document, for references. */
  root: JsonSchema;
  /** `config.labels[0].name` */
  path: string;
  name: string;
  value: unknown;
  /** `undefined` removes an optional value. */
  onChange(value: unknown): void;
  isRequired?: boolean;
};

/** One field of a form, drawn from its JSON Schema; lists and objects draw their parts with this again. */
export function SchemaField(props: SchemaFieldProps) {
  const { root, path, name, onChange, isRequired = false } = props;
  const schema = resolve(props.schema, root);
  // What is left out runs with its default, so the default is shown; a number's stands in the empty field.
  const value = props.value === undefined ? schema.default : props.value;
  const kind = fieldKind(schema, root);
  const common = {
    path,
    label: labelOf(name, schema),
    help: schema.description,
    isRequired: isRequired && schema.default === undefined,
  };
  const text = textOf(value);
  const placeholder = schema.placeholder;
  const setText = (next: string) =>
    onChange(next === '' && !isRequired && schema.default === undefined ? undefined : next);

  switch (kind.kind) {
    case 'text':
      return (
        <TextField
          {...common}
          placeholder={placeholder}
          value={text}
          onChange={setText}
          multiline={kind.multiline}
          templates={kind.template}
        />
      );
    case 'number':
      return (
        <NumberField
          {...common}
          schema={schema}
          isInteger={kind.integer}
          value={props.value}
          onChange={onChange}
        />
      );
    case 'boolean':
      return <BooleanField {...common} value={value ?? schema.default} onChange={onChange} />;
    case 'choice':
      return (
        <ChoiceField
          {...common}
          options={kind.options}
          value={value ?? schema.default}
          isOptional={!isRequired && schema.default === undefined}
          onChange={onChange}
        />
      );
    case 'tags':
      return (
        <TagsField
          {...common}
          placeholder={placeholder}
          value={value}
          onChange={(tags) =>
            onChange(tags.length === 0 && typeof schema.default === 'string' ? schema.default : tags)
          }
        />
      );
    case 'list':
      return <ListField {...common} schema={schema} root={root} value={value} onChange={onChange} />;
    case 'object':
      return <ObjectField {...common} schema={schema} root={root} value={value} onChange={onChange} />;
    case 'union':
      return (
        <UnionField {...common} variants={kind.variants} root={root} value={value} onChange={onChange} />
      );
    case 'record':
    case 'json':
      return <JsonField {...common} value={value} onChange={onChange} />;
    case 'widget':
      switch (kind.widget) {
        case 'account':
          return (
            <AccountField {...common} value={text} isStep={schema.default === 'trigger'} onChange={setText} />
          );
        case 'knowledgeBase':
          return <KnowledgeBaseField {...common} value={text} onChange={setText} />;
        case 'flow':
          return <FlowField {...common} value={text} onChange={setText} />;
        case 'conditions':
          return (
            <ConditionsField {...common} schema={schema} root={root} value={value} onChange={onChange} />
          );
        case 'code':
          return (
            <TextField
              {...common}
              placeholder={placeholder}
              value={text}
              onChange={setText}
              multiline
              monospace
              templates={schema.template !== false}
            />
          );
        case 'duration':
          return schema.type === 'string' ? (
            <TextField
              {...common}
              placeholder={placeholder}
              value={text}
              onChange={setText}
              multiline={false}
              templates={false}
            />
          ) : (
            <NumberField
              {...common}
              schema={schema}
              isInteger={schema.type === 'integer'}
              value={value}
              onChange={onChange}
            />
          );
        case 'model':
        case 'cron':
          return (
            <SuggestionField
              {...common}
              placeholder={placeholder}
              examples={schema.examples ?? []}
              value={text}
              onChange={setText}
            />
          );
        default:
          return kind.widget satisfies never;
      }
    default:
      return kind satisfies never;
  }
}

/** The fields of an object, advanced ones folded away. */
export function ObjectFields(props: {
  schema: JsonSchema;
  root: JsonSchema;
  path: string;
  value: Record<string, unknown>;
  onChange(value: Record<string, unknown>, key: string): void;
}) {
  const { schema, root, path, value, onChange } = props;
  const t = useCanvasText();
  const form = useForm();
  const fields = fieldsOf(schema, root);
  const advanced = fields.filter((field) => field.schema.advanced);
  const hasAdvancedError = advanced.some(({ key }) => form.errorsAt(`${path}.${key}`).length > 0);
  const draw = ({ key, schema: field, isRequired }: (typeof fields)[number]) => (
    <SchemaField
      key={key}
      schema={field}
      root={root}
      path={`${path}.${key}`}
      name={key}
      value={value[key]}
      isRequired={isRequired}
      onChange={(next) => {
        const { [key]: _, ...rest } = value;
        onChange(next === undefined ? rest : { ...value, [key]: next }, key);
      }}
    />
  );

  return (
    <>
      {fields.filter((field) => !field.schema.advanced).map(draw)}
      {advanced.length > 0 && (
        <details open={hasAdvancedError || undefined} className="group rounded-md">
          <summary className="cursor-pointer py-1 text-xs font-medium text-muted-foreground select-none hover:text-foreground">
            {t('advanced')}
          </summary>
          <div className="flex flex-col gap-4 pt-2">{advanced.map(draw)}</div>
        </details>
      )}
    </>
  );
}

function ObjectField({
  path,
  label,
  help,
  schema,
  root,
  value,
  onChange,
}: CommonProps & { schema: JsonSchema; root: JsonSchema }) {
  return (
    <fieldset data-field={path} className="flex flex-col gap-3 rounded-md border border-border p-3">
      <legend className="px-1 text-xs font-medium">{label}</legend>
      {help && <p className="text-xs text-muted-foreground">{help}</p>}
      <ObjectFields schema={schema} root={root} path={path} value={recordOf(value)} onChange={onChange} />
    </fieldset>
  );
}

function UnionField({
  path,
  label,
  help,
  isRequired,
  variants,
  root,
  value,
  onChange,
}: CommonProps & { variants: JsonSchema[]; root: JsonSchema }) {
  const form = useForm();
  const index = variantIndex(value, variants, root);
  const variant = variants[index];
  const resolved = variant && resolve(variant, root);
  return (
    <div className="flex flex-col gap-2">
      <FieldFrame path={path} label={label} help={help} isRequired={isRequired}>
        {({ id, describedBy }) => (
          <select
            id={id}
            className={controlClass}
            value={index}
            disabled={form.isReadOnly}
            aria-describedby={describedBy}
            onChange={(event) => {
              const chosen = variants[Number(event.target.value)];
              if (chosen) onChange(blankValue(chosen, root));
            }}
          >
            {variants.map((option, at) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: variants of a schema have no other name and never move
              <option key={at} value={at}>
                {variantLabel(option, root, at)}
              </option>
            ))}
          </select>
        )}
      </FieldFrame>
      {resolved && resolved.const === undefined && (
        <SchemaField
          schema={withoutHelp({ ...resolved, title: resolved.title ?? label })}
          root={root}
          path={path}
          name={label}
          value={value}
          onChange={onChange}
          isRequired
        />
      )}
    </div>
  );
}

function withoutHelp({ description: _, ...schema }: JsonSchema): JsonSchema {
  return schema;
}

function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

export function recordOf(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value))
    : {};
}

import { useAccounts, useCallableFlows, useKnowledgeBases } from '../api/queries.ts';
import { useCanvasText } from '../canvas/texts.ts';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';

type ChoiceProps = {
  path: string;
  label: string;
  help?: string | undefined;
  isRequired: boolean;
  value: string;
  onChange(value: string): void;
};

/** Which account: of the step, the one it came to or a chosen one; of a trigger, all or a chosen one. */
export function AccountField({ isStep, ...props }: ChoiceProps & { isStep: boolean }) {
  const t = useCanvasText();
  const { items = [] } = useAccounts();
  const first = isStep
    ? { value: 'trigger', label: t('accountTrigger') }
    : { value: '', label: t('accountAny') };
  return (
    <Choice
      {...props}
      options={[first, ...items.map((account) => ({ value: account.id, label: `@${account.username}` }))]}
    />
  );
}

/** Which knowledge base; none means all of them. */
export function KnowledgeBaseField(props: ChoiceProps) {
  const t = useCanvasText();
  const { items = [] } = useKnowledgeBases();
  return (
    <Choice
      {...props}
      options={[
        { value: '', label: t('baseAny') },
        ...items.map((base) => ({ value: base.id, label: base.name })),
      ]}
    />
  );
}

/** Which flow to call. */
export function FlowField(props: ChoiceProps) {
  const t = useCanvasText();
  const { items = [] } = useCallableFlows();
  return (
    <Choice
      {...props}
      options={[
        { value: '', label: t('flowNone') },
        ...items.map(({ id, name, status }) => ({
          value: id,
          label: status === 'published' ? name : t('flowUnpublished', { name }),
        })),
      ]}
    />
  );
}

function Choice({
  options,
  value,
  onChange,
  ...frame
}: ChoiceProps & { options: { value: string; label: string }[] }) {
  const form = useForm();
  const t = useCanvasText();
  const isKnown = options.some((option) => option.value === value);
  return (
    <FieldFrame {...frame}>
      {({ id, describedBy, isInvalid }) => (
        <select
          id={id}
          className={controlClass}
          value={value}
          disabled={form.isReadOnly}
          aria-describedby={describedBy}
          aria-invalid={isInvalid || undefined}
          onChange={(event) => onChange(event.target.value)}
        >
          {!isKnown && <option value={value}>{t('unavailableChoice', { id: value })}</option>}
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </FieldFrame>
  );
}

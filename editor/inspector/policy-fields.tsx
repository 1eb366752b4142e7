import type { NodePolicy } from '../../engine/graph.ts';
import { useCanvasText } from '../canvas/texts.ts';
import { controlClass } from './control-class.ts';
import { FieldFrame } from './field-frame.tsx';
import { useForm } from './form-context.tsx';

type PolicyFieldsProps = {
  policy: Partial<NodePolicy>;
  onChange(policy: Partial<NodePolicy>): void;
};

/** What every step has beside its own config: attempts, time limit, what happens when it fails. */
export function PolicyFields({ policy, onChange }: PolicyFieldsProps) {
  const t = useCanvasText();
  const form = useForm();
  const set = <Key extends keyof NodePolicy>(key: Key, value: NodePolicy[Key] | undefined) => {
    const { [key]: _, ...rest } = policy;
    onChange(value === undefined ? rest : { ...policy, [key]: value });
  };
  const number = (
    key: 'attempts' | 'timeoutMs' | 'backoffMs',
    factor: number,
    shown: string,
    placeholder: string,
  ) => (
    <FieldFrame path={`policy.${key}`} label={shown}>
      {({ id, isInvalid }) => (
        <input
          id={id}
          data-flow-field
          type="number"
          min={0}
          className={controlClass}
          value={policy[key] === undefined ? '' : policy[key] / factor}
          placeholder={placeholder}
          readOnly={form.isReadOnly}
          aria-invalid={isInvalid || undefined}
          onChange={(event) =>
            set(key, event.target.value === '' ? undefined : Math.round(Number(event.target.value) * factor))
          }
        />
      )}
    </FieldFrame>
  );

  return (
    <div className="flex flex-col gap-4">
      <FieldFrame path="policy.onError" label={t('onError')}>
        {({ id }) => (
          <select
            id={id}
            className={controlClass}
            value={policy.onError ?? 'fail'}
            disabled={form.isReadOnly}
            onChange={(event) => {
              const chosen = (['errorPort', 'continue'] as const).find(
                (value) => value === event.target.value,
              );
              set('onError', chosen);
            }}
          >
            <option value="fail">{t('onErrorFail')}</option>
            <option value="errorPort">{t('onErrorPort')}</option>
            <option value="continue">{t('onErrorContinue')}</option>
          </select>
        )}
      </FieldFrame>
      <div className="grid grid-cols-3 items-end gap-2">
        {number('attempts', 1, t('attemptsField'), '3')}
        {number('backoffMs', 1_000, t('backoffField'), '1')}
        {number('timeoutMs', 1_000, t('timeoutField'), '60')}
      </div>
    </div>
  );
}

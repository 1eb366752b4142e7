import { CloudLightning } from 'lucide-react';
import { useId } from 'react';
import { useTranslation } from 'react-i18next';
import type { SandboxMoods } from '../../server/contract/sandbox.ts';
import { CALL_MOODS } from '../../server/contract/sandbox.ts';
import { IconButton } from '../ui/button.tsx';
import { cn } from '../ui/cn.ts';
import { Field, Label } from '../ui/field.tsx';
import { Popover, PopoverContent, PopoverTrigger } from '../ui/popover.tsx';
import { Select } from '../ui/select.tsx';
import { Switch } from '../ui/switch.tsx';

const PERCENTS = [100, 50, 20, 5];
const COUNTS = ['all', '1', '3', '10'];

export type MoodMenuProps = {
  moods: SandboxMoods;
  readOnlyReason: string | undefined;
  onChange(moods: SandboxMoods): void;
};

/** Has the simulated platform misbehave, to see what the flows make of it. */
export function MoodMenu({ moods, readOnlyReason, onChange }: MoodMenuProps) {
  const { t } = useTranslation('sandbox');
  const isBad = isBadMood(moods);
  const change = (part: Partial<SandboxMoods>) => onChange({ ...moods, ...part });
  const count = moods.nextCalls === null ? 'all' : String(moods.nextCalls);
  const isReadOnly = readOnlyReason !== undefined;
  return (
    <Popover>
      <PopoverTrigger asChild>
        <IconButton
          label={t(isBad ? 'mood.on' : 'mood.off')}
          className={cn('size-7', isBad && 'bg-state-waiting/15 text-state-waiting')}
        >
          <CloudLightning aria-hidden />
        </IconButton>
      </PopoverTrigger>
      <PopoverContent align="end" className="flex w-72 flex-col gap-3" aria-label={t('mood.title')}>
        <div>
          <h3 className="text-sm font-semibold">{t('mood.title')}</h3>
          <p className="text-xs text-muted-foreground">{t('mood.help')}</p>
        </div>
        <Field title={t('mood.calls')} help={t(`mood.help.${moods.calls}`)}>
          {(control) => (
            <Select
              {...control}
              disabled={isReadOnly}
              value={moods.calls}
              options={CALL_MOODS.map((value) => ({ value, label: t(`mood.${value}`) }))}
              onValueChange={(value) => {
                const calls = CALL_MOODS.find((mood) => mood === value);
                if (calls) change({ calls, nextCalls: moods.nextCalls === 0 ? null : moods.nextCalls });
              }}
            />
          )}
        </Field>
        {moods.calls !== 'none' && (
          <div className="grid grid-cols-2 gap-2">
            <Field title={t('mood.percent')}>
              {(control) => (
                <Select
                  {...control}
                  disabled={isReadOnly}
                  value={String(moods.percent)}
                  options={withCurrent(PERCENTS.map(String), String(moods.percent)).map((value) => ({
                    value,
                    label: `${value} %`,
                  }))}
                  onValueChange={(value) => change({ percent: Number(value) })}
                />
              )}
            </Field>
            <Field title={t('mood.next')}>
              {(control) => (
                <Select
                  {...control}
                  disabled={isReadOnly}
                  value={count}
                  options={withCurrent(COUNTS, count).map((value) => ({
                    value,
                    label: value === 'all' ? t('mood.untilOff') : t('mood.count', { count: Number(value) }),
                  }))}
                  onValueChange={(value) => change({ nextCalls: value === 'all' ? null : Number(value) })}
                />
              )}
            </Field>
          </div>
        )}
        <SwitchLine
          label={t('mood.duplicate')}
          isOn={moods.duplicateWebhooks}
          readOnlyReason={readOnlyReason}
          onChange={(duplicateWebhooks) => change({ duplicateWebhooks })}
        />
        <SwitchLine
          label={t('mood.reorder')}
          isOn={moods.reorderWebhooks}
          readOnlyReason={readOnlyReason}
          onChange={(reorderWebhooks) => change({ reorderWebhooks })}
        />
      </PopoverContent>
    </Popover>
  );
}

function SwitchLine(props: {
  label: string;
  isOn: boolean;
  readOnlyReason: string | undefined;
  onChange(isOn: boolean): void;
}) {
  const id = useId();
  return (
    <div className="flex items-center justify-between gap-3">
      <Label htmlFor={id} className="font-normal">
        {props.label}
      </Label>
      <Switch
        id={id}
        checked={props.isOn}
        onCheckedChange={props.onChange}
        disabledReason={props.readOnlyReason}
      />
    </div>
  );
}

function isBadMood({ calls, nextCalls, duplicateWebhooks, reorderWebhooks }: SandboxMoods): boolean {
  return (calls !== 'none' && nextCalls !== 0) || duplicateWebhooks || reorderWebhooks;
}

/** What was set over the API stands in the list too. */
function withCurrent(values: readonly string[], current: string): string[] {
  return values.includes(current) ? [...values] : [...values, current];
}

import { CircleCheck, CircleX, Zap } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AiProviderName, AiTest } from '../../../server/contract/ai.ts';
import { api, errorText } from '../../api/client.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { Button } from '../../ui/button.tsx';
import { ModelPicker } from './model-picker.tsx';
import { countText } from './money.ts';
import { PROVIDER_LOOKS, splitModel } from './providers.ts';
import { useAiText } from './texts.ts';
import { useSingleMutation } from './use-single-mutation.ts';

/** Asks the provider something tiny and says how that went. */
export function ConnectionTest({ provider, name }: { provider: AiProviderName; name: string }) {
  const t = useAiText();
  const readOnlyReason = useReadOnlyReason('admin');
  const [model, setModel] = useState<string | null>(null);
  const { hasUsualModel } = PROVIDER_LOOKS[provider];
  const test = useSingleMutation({
    mutationFn: () => {
      const id = model === null ? null : splitModel(model)?.[1];
      return api.post<AiTest>(`/api/v1/ai/connections/${provider}/test`, id ? { model: id } : {});
    },
  });
  const needsModel = !hasUsualModel && model === null;
  return (
    <div className="flex flex-wrap items-center gap-2 border-t border-border pt-3">
      <ModelPicker
        label={t('test.model', { name })}
        value={model}
        onChange={(next) => {
          setModel(next);
          test.reset();
        }}
        providers={[provider]}
        automatic={hasUsualModel ? t('usualModel') : t('chooseModel')}
        disabled={readOnlyReason !== undefined}
        className="w-60 max-sm:flex-1"
      />
      <Button
        aria-label={t('test.named', { name })}
        isBusy={test.isPending}
        disabledReason={readOnlyReason ?? (needsModel ? t('test.needsModel') : undefined)}
        onClick={() => test.mutate()}
      >
        {!test.isPending && <Zap aria-hidden />}
        {t('test')}
      </Button>
      <div role="status" className="min-w-0 basis-full md:flex-1 md:basis-64">
        {test.isPending && <span className="text-muted-foreground">{t('test.running')}</span>}
        {test.data && <Outcome outcome={test.data} />}
        {test.error && <Bad title={errorText(test.error)} />}
      </div>
    </div>
  );
}

function Outcome({ outcome }: { outcome: AiTest }) {
  const t = useAiText();
  const { i18n } = useTranslation();
  const { isGood, model, latencyMs, problem } = outcome;
  if (!isGood) return <Bad title={t(`test.about.${problem?.about ?? 'other'}`)} detail={problem?.message} />;
  return (
    <p className="flex items-start gap-1.5">
      <CircleCheck className="mt-0.5 size-4 shrink-0 text-state-succeeded" aria-hidden />
      <span className="min-w-0 break-words">
        {t('test.good', { model, latency: countText(latencyMs, i18n.language) })}
      </span>
    </p>
  );
}

function Bad({ title, detail }: { title: string; detail?: string | undefined }) {
  return (
    <p className="flex items-start gap-1.5">
      <CircleX className="mt-0.5 size-4 shrink-0 text-destructive" aria-hidden />
      <span className="min-w-0 break-words">
        <strong className="font-medium text-destructive">{title}</strong> {detail}
      </span>
    </p>
  );
}

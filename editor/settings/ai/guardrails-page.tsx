import { useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { AiGuardrails } from '../../../server/contract/ai-guardrails.ts';
import { api, errorText, fieldErrors } from '../../api/client.ts';
import { useReadOnlyReason } from '../../app/use-read-only.ts';
import { ErrorState } from '../../ui/error-state.tsx';
import { SkeletonList } from '../../ui/skeleton.tsx';
import { Switch } from '../../ui/switch.tsx';
import { aiKeys, useGuardrails } from './ai-queries.ts';
import { IntentModes } from './intent-modes.tsx';
import { PhraseList } from './phrase-list.tsx';
import { SaveBar } from './save-bar.tsx';
import { Section } from './section.tsx';
import { useAiText } from './texts.ts';
import { useDraft } from './use-draft.ts';
import { useSingleMutation } from './use-single-mutation.ts';

/** What the AI may write, in all flows of the workspace. */
export function GuardrailsPage() {
  const guardrails = useGuardrails();
  if (guardrails.data) return <GuardrailsForm guardrails={guardrails.data} />;
  if (!guardrails.error) return <SkeletonList rows={6} className="*:h-24" />;
  return <ErrorState error={guardrails.error} onRetry={() => void guardrails.refetch()} />;
}

const LISTS = ['blockedPhrases', 'allowedDomains', 'neverPromise'] as const;

function GuardrailsForm({ guardrails }: { guardrails: AiGuardrails }) {
  const t = useAiText();
  const client = useQueryClient();
  const readOnlyReason = useReadOnlyReason('admin');
  const { value, isDirty, change, discard } = useDraft(guardrails);
  const save = useSingleMutation({
    mutationFn: () => api.put<AiGuardrails>('/api/v1/ai/guardrails', value),
    onSuccess: (saved) => {
      client.setQueryData(aiKeys.guardrails, saved);
      discard();
      toast.success(t('guardrails.saved'));
    },
    onError: (error) => toast.error(errorText(error)),
  });
  const edit = (part: Partial<AiGuardrails>) => {
    change({ ...value, ...part });
    if (save.isError) save.reset();
  };
  const errors = fieldErrors(save.error);
  return (
    <form
      noValidate
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        if (isDirty && !save.isPending) save.mutate();
      }}
    >
      <p className="text-muted-foreground">{t('guardrails.text')}</p>
      {LISTS.map((name) => (
        <Section key={name} title={t(`guardrails.${name}`)} text={t(`guardrails.${name}.text`)}>
          <PhraseList
            label={t(`guardrails.${name}.add`)}
            placeholder={t(`guardrails.${name}.placeholder`)}
            empty={t(`guardrails.${name}.empty`)}
            entries={value[name]}
            path={name}
            errors={errors}
            onChange={(entries) => edit({ [name]: entries })}
          />
        </Section>
      ))}
      <Section
        title={t('guardrails.moderation')}
        text={t('guardrails.moderation.text')}
        action={
          <Switch
            aria-label={t('guardrails.moderation')}
            checked={value.moderateTexts}
            disabledReason={readOnlyReason}
            onCheckedChange={(moderateTexts) => edit({ moderateTexts })}
          />
        }
      />
      <IntentModes
        modes={value.modes}
        confidenceThreshold={value.confidenceThreshold}
        errors={errors}
        onChange={edit}
      />
      <SaveBar isDirty={isDirty} isBusy={save.isPending} onDiscard={discard} />
    </form>
  );
}

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { toast } from 'sonner';
import type { Execution } from '../../server/contract/shapes.ts';
import { errorText } from '../api/client.ts';
import { keys, useCan } from '../api/queries.ts';
import { settleEffect } from '../canvas/flow-api.ts';
import { useCanvasText } from '../canvas/texts.ts';
import { Badge } from '../ui/badge.tsx';
import { Button } from '../ui/button.tsx';

type Effect = Execution['effects'][number];

/** What a run did to the outside world. Where nobody can tell whether it happened, a person looks and says so. */
export function EffectList({ execution }: { execution: Execution }) {
  const t = useCanvasText();
  if (execution.effects.length === 0) return null;
  return (
    <>
      <h2 className="px-3 pt-4 pb-1 text-xs font-medium text-muted-foreground">{t('effects')}</h2>
      <ul className="flex flex-col gap-1.5 px-3">
        {execution.effects.map((effect) => (
          <li key={`${effect.nodeId} ${effect.key}`} className="text-xs">
            <span className="break-words">{effect.description}</span>{' '}
            <Badge
              tone={
                effect.status === 'done' ? 'success' : effect.status === 'intended' ? 'neutral' : 'danger'
              }
            >
              {t(`effect.${effect.status}`)}
            </Badge>
            {effect.status === 'uncertain' && <SettleButtons executionId={execution.id} effect={effect} />}
          </li>
        ))}
      </ul>
    </>
  );
}

function SettleButtons({ executionId, effect }: { executionId: string; effect: Effect }) {
  const t = useCanvasText();
  const queryClient = useQueryClient();
  const hint = useCan('editor') ? undefined : t('viewerOnly');
  const settle = useMutation({
    mutationFn: (happened: boolean) =>
      settleEffect(executionId, { nodeId: effect.nodeId, key: effect.key, happened }),
    onSuccess: () => toast.success(t('done.retry')),
    onError: (error) => toast.error(errorText(error)),
    onSettled: () => queryClient.invalidateQueries({ queryKey: keys.execution(executionId) }),
  });
  return (
    <div className="mt-1 flex flex-wrap items-center gap-1.5">
      <p className="w-full text-muted-foreground">{t('settle.question')}</p>
      <Button size="sm" disabledReason={hint} disabled={settle.isPending} onClick={() => settle.mutate(true)}>
        {t('settle.happened')}
      </Button>
      <Button
        size="sm"
        disabledReason={hint}
        disabled={settle.isPending}
        onClick={() => settle.mutate(false)}
      >
        {t('settle.missing')}
      </Button>
    </div>
  );
}

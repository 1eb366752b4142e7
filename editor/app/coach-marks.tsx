import { X } from 'lucide-react';
import { Popover as Radix } from 'radix-ui';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMatch } from 'react-router';
import { useLive } from '../live/use-live.ts';
import { Button, IconButton } from '../ui/button.tsx';
import { readStored, store } from './stored.ts';
import { useReadOnlyReason } from './use-read-only.ts';

const STORAGE_KEY = 'replygraph.coach';

/** The first run, in three steps; each points at the element with this `data-coach`. */
const STEPS = ['publish', 'comment-box', 'run-strip'] as const;

/**
 * Leads a newcomer on the canvas from publishing to the first automatic reply. It goes on by itself when the person does
 * what it says, and is gone for good once dismissed or done.
 */
export function CoachMarks() {
  const [step, setStep] = useState(() => Number(readStored(STORAGE_KEY) ?? 0));
  const isOnCanvas = useMatch('/flows/:id') !== null;
  const isReadOnly = useReadOnlyReason() !== undefined;
  const name = STEPS[step];
  const isActive = isOnCanvas && !isReadOnly && name !== undefined;

  const goTo = (next: number) => {
    store(STORAGE_KEY, String(next));
    setStep(next);
  };

  useLive(isActive ? 'workspace' : null, ({ type }) => {
    if (name === 'publish' && type === 'flow.published') goTo(1);
    if (name === 'comment-box' && (type === 'execution.queued' || type === 'execution.started')) goTo(2);
  });

  if (!isActive) return null;
  return (
    <CoachMark
      key={name}
      name={name}
      step={step}
      onNext={() => goTo(step + 1)}
      onDismiss={() => goTo(STEPS.length)}
    />
  );
}

type CoachMarkProps = { name: string; step: number; onNext(): void; onDismiss(): void };

function CoachMark({ name, step, onNext, onDismiss }: CoachMarkProps) {
  const { t } = useTranslation('coach');
  const anchor = useElement(`[data-coach="${name}"]`);
  if (!anchor) return null;
  const isLast = step === STEPS.length - 1;
  return (
    <Radix.Root open>
      <Radix.Anchor virtualRef={{ current: anchor }} />
      <Radix.Portal>
        <Radix.Content
          sideOffset={10}
          collisionPadding={12}
          role="status"
          aria-label={t('label')}
          onOpenAutoFocus={(event) => event.preventDefault()}
          onCloseAutoFocus={(event) => event.preventDefault()}
          onInteractOutside={(event) => event.preventDefault()}
          onEscapeKeyDown={onDismiss}
          className="z-40 w-72 animate-appear rounded-lg border border-primary bg-popover p-3 text-popover-foreground shadow-raised"
        >
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <p className="text-xs text-muted-foreground">
                {t('step', { step: step + 1, count: STEPS.length })}
              </p>
              <p className="font-medium">{t(`${name}.title`)}</p>
            </div>
            <IconButton label={t('dismiss')} className="-mt-1 -mr-1 size-7" onClick={onDismiss}>
              <X aria-hidden />
            </IconButton>
          </div>
          <p className="mt-1 text-muted-foreground">{t(`${name}.text`)}</p>
          <div className="mt-2 flex justify-end">
            <Button size="sm" variant={isLast ? 'primary' : 'ghost'} onClick={onNext}>
              {isLast ? t('done') : t('next')}
            </Button>
          </div>
          <Radix.Arrow className="fill-primary" />
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** The element of the page that the selector finds, as it comes and goes. */
function useElement(selector: string): Element | null {
  const [element, setElement] = useState<Element | null>(() => document.querySelector(selector));
  useEffect(() => {
    let frame = 0;
    const look = () => {
      frame = 0;
      setElement(document.querySelector(selector));
    };
    const observer = new MutationObserver(() => {
      frame ||= requestAnimationFrame(look);
    });
    observer.observe(document.body, { childList: true, subtree: true });
    look();
    return () => {
      observer.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [selector]);
  return element;
}

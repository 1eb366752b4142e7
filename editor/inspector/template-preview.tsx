import { useDeferredValue, useEffect, useState } from 'react';
import { useCanvasText } from '../canvas/texts.ts';
import { useForm } from './form-context.tsx';

type Preview = { kind: 'text'; text: string } | { kind: 'error'; message: string } | null;

/** What a template gives with the data of the last run. Nothing without `{{ }}` or without a run. */
export function TemplatePreview({ text }: { text: string }) {
  const { runData } = useForm();
  const t = useCanvasText();
  const deferred = useDeferredValue(text);
  const [preview, setPreview] = useState<Preview>(null);

  useEffect(() => {
    if (!runData || !deferred.includes('{{')) {
      setPreview(null);
      return;
    }
    let isCurrent = true;
    void import('../../engine/templates.ts').then(({ renderTemplate }) => {
      if (!isCurrent) return;
      try {
        setPreview({ kind: 'text', text: renderTemplate(deferred, runData) });
      } catch (error) {
        setPreview({ kind: 'error', message: error instanceof Error ? error.message : String(error) });
      }
    });
    return () => {
      isCurrent = false;
    };
  }, [deferred, runData]);

  if (!preview) return null;
  if (preview.kind === 'error') return <p className="text-xs text-destructive">{preview.message}</p>;
  return (
    <p className="flex gap-1.5 text-xs text-muted-foreground" data-preview>
      <span className="shrink-0 font-medium">{t('preview')}</span>
      <span className="line-clamp-3 min-w-0 break-words whitespace-pre-wrap text-foreground">
        {preview.text === '' ? t('previewEmpty') : preview.text}
      </span>
    </p>
  );
}

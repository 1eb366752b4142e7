import { useTranslation } from 'react-i18next';
import { Card } from '../ui/card.tsx';

/** How a server is given a language model. Keys live in its environment, never in the browser. */
export function ModelHelp() {
  const { t } = useTranslation('settings');
  return (
    <Card className="flex flex-col gap-3 p-4">
      <div>
        <h2 className="font-medium">{t('models.builtin')}</h2>
        <p className="text-muted-foreground">{t('models.builtinText')}</p>
      </div>
      <div>
        <h2 className="font-medium">{t('models.add')}</h2>
        <p className="text-muted-foreground">{t('models.addText')}</p>
        <pre className="mt-2 overflow-x-auto rounded-md bg-muted p-3 text-xs">
          <code>{'OPENAI_API_KEY=sk-…\nOPENAI_BASE_URL=https://api.openai.com/v1'}</code>
        </pre>
        <p className="mt-2 text-muted-foreground">{t('models.compatible')}</p>
      </div>
    </Card>
  );
}

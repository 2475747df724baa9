using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Agents.Running;

/// <summary>Mail from a run to an agent: once, whatever dies in between.</summary>
static class Post
{
    public static async Durable Send(AgentDefinition definition, RunId to, AgentMail mail, string key)
    {
        var from = definition;
        await Durable.Step(
            async step =>
            {
                try
                {
                    await from.Toolbox.Services.GetRequiredService<IHoldfastClient>().GetRun(to).SendAsync(mail, $"{step.RunId}-{key}", step.CancellationToken).ConfigureAwait(false);
                }
                catch (HoldfastException error) when (error.Error is HoldfastError.RunFinished or HoldfastError.UnknownRun)
                {
                    // Nobody is there any more who could read it.
                }
            }, new() { Label = "send mail" });
    }
}

using Holdfast;

namespace Guide;

public sealed class Letters(IMail mail) : Workflow
{
    public async Durable<int> Run(List<string> customers)
    {
        #region heartbeat
        return await Step(
            async step =>
            {
                var first = step.TryGetDetails<int>(out var done) ? done : 0;   // where the attempt before this one failed
                for (var i = first; i < customers.Count; i++)
                {
                    await mail.Survey(customers[i]);
                    step.Heartbeat(i + 1);
                }
                return customers.Count - first;
            },
            new() { HeartbeatTimeout = TimeSpan.FromSeconds(30) });
        #endregion
    }
}

public sealed class Alarm(IPager pager) : Workflow
{
    #region secret
    static readonly Secret<string> PagerToken = new("pager-token");

    public async Durable Run(string text) => await Step(async step =>
    {
        var token = await step.RevealAsync(PagerToken);      // here, and nowhere else; the run knows the name only
        await pager.Send(text, token);
    });
    #endregion
}

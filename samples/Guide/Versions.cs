using Holdfast;

namespace Guide;

#region versions
[Workflow("greeting", Version = 1)]
public sealed class Greeting : Workflow
{
    public async Durable<string> Run(string name)
    {
        await Delay(TimeSpan.FromMilliseconds(1));
        return $"Hello {name}";
    }
}

[Workflow("greeting", Version = 2)]
public sealed class GreetingV2 : Workflow
{
    public async Durable<string> Run(string name)
    {
        await Polite.Pause();
        return $"Good day, {name}";
    }
}

static class Polite
{
    public static async Durable Pause() => await Durable.Delay(TimeSpan.FromMilliseconds(2));   // a helper: the same verbs, on Durable
}
#endregion

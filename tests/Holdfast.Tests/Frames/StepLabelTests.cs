using System.Text;
using Holdfast.Frames;

namespace Holdfast.Tests.Frames;

/// <summary>What people call a step that was given no label.</summary>
public sealed class StepLabelTests
{
    public interface IDesk
    {
        Task<int> Charge(string what);

        ValueTask<int> Look(string what);

        int Compute(int number);
    }

    public sealed class Nested : Workflow
    {
        public async Durable<int> Run(int number) => await Step(() => Task.FromResult(number));
    }

    public static TheoryData<string, Delegate> Lambdas()
    {
        IDesk desk = null!;
        IHoldfastClient client = null!;
        List<int> list = [];
        var text = new StringBuilder();
        return new()
        {
            { "Charge", () => desk.Charge("a") },
            { "Charge", () => desk.Charge(string.Join(",", list.Select(static i => i.ToString()))) },
            { "Charge", async () => { text.Append('x').AppendLine(); return await desk.Charge(text.ToString()); } },
            { "Charge", async () => { await desk.Charge("a"); await client.PruneAsync(Retention.Forever); } },
            { "Look", () => desk.Look("a").AsTask() },
            { "Compute", () => Task.FromResult(desk.Compute(3)) },
            { "Compute", () => { text.Append('x'); return Task.FromResult(desk.Compute(3)); } },
            { "StartAsync", () => client.StartAsync((Nested w) => w.Run(3)) },
            { "ReadAllTextAsync", () => File.ReadAllTextAsync("a") },
            { "Append", () => Task.FromResult(text.Append('x')) },
            { "step", () => Task.FromResult(3) },
        };
    }

    [Theory, MemberData(nameof(Lambdas))]
    public void A_step_is_called_by_what_it_waits_for(string label, Delegate lambda) => Assert.Equal(label, StepLabels.Of(lambda));
}

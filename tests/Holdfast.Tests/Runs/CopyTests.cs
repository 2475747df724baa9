using Microsoft.Extensions.DependencyInjection;

namespace Holdfast.Tests.Runs;

/// <summary>Copies of what belongs to a run.</summary>
public sealed class CopyTests
{
    public sealed class Shelf
    {
        public List<string> Books { get; set; } = [];

        public List<string>? Same { get; set; }

        public Workflow? Owner { get; set; }

        public IProbe? Service { get; set; }

        public object? Anything { get; set; }
    }

    public interface IProbe;

    public sealed class Probe : IProbe;

    public sealed class Keeps(IProbe probe) : Workflow
    {
        public async Durable<string> Run()
        {
            var shelf = new Shelf { Books = ["a"], Owner = this, Service = probe };
            shelf.Same = shelf.Books;
            var copy = Copy(shelf);
            shelf.Books.Add("b");
            await Delay(TimeSpan.FromMilliseconds(1));
            var whatItIs = $"{copy.Books.Count} {ReferenceEquals(copy.Books, copy.Same)} {ReferenceEquals(copy.Owner, this)} {ReferenceEquals(copy.Service, probe)} {Copy(7)} {Copy<string?>(null) is null}";
            shelf.Anything = new MemoryStream();
            try
            {
                Copy(shelf);
                return "copied";
            }
            catch (HoldfastException error)
            {
                return $"{whatItIs} {error.Error} {error.Message.Contains("Anything", StringComparison.Ordinal)}";
            }
            finally
            {
                shelf.Anything = null;
            }
        }
    }

    [Fact]
    public async Task A_copy_shares_nothing_but_the_workflow_and_its_services()
    {
        await using var world = await World.StartAsync([typeof(Keeps)], configure: static builder => builder.Services.AddSingleton<IProbe>(new Probe()));
        Assert.Equal("1 True True True 7 True NotSavable True", await world.ResultAsync<string>(await world.Client.StartAsync((Keeps w) => w.Run())));
    }

    [Fact]
    public void Outside_a_run_there_is_nothing_to_copy() => Assert.Equal(HoldfastError.Misuse, Assert.Throws<HoldfastException>(static () => Durable.Copy(1)).Error);
}

using Spectre.Console;
using Spectre.Console.Rendering;

namespace Claims;

sealed class LiveProgress : ProgressView
{
    const int BarWidth = 50;

    public override Task<T> ShowAsync<T>(Func<Action<RunProgress>, Task<T>> work) =>
        AnsiConsole.Live(new Text("Starting…")).StartAsync(live => work(now =>
        {
            live.UpdateTarget(Draw(now));
            live.Refresh();
        }));

    static Panel Draw(RunProgress now)
    {
        var share = now.Claims == 0 ? 0 : (double)now.Completed / now.Claims;
        var full = (int)(share * BarWidth);
        var grid = new Grid().AddColumn().AddColumn(new GridColumn().RightAligned());
        grid.AddRow(Bar(full), new Text($"{share:P0}"));
        grid.AddRow(new Text("runs done"), new Text($"{now.Completed:N0} of {now.Claims:N0}"));
        grid.AddRow(new Text("paid"), new Text($"{now.Paid:N0}"));
        grid.AddRow(new Text("waiting for the adjuster"), new Text($"{now.WaitingForAdjuster:N0}"));
        grid.AddRow(new Text("in doubt, being asked about"), new Text($"{now.InDoubt:N0}"));
        grid.AddRow(new Text("suspects, taken up again"), new Text($"{now.Suspects:N0}"));
        grid.AddRow(new Text("kills"), new Markup($"[red]{now.Kills}[/] of {now.KillsPlanned}"));
        grid.AddRow(new Text("steps/s"), new Text($"{now.StepsPerSecond:N0}"));
        // All of one length, so that the frame does not jump with every kill.
        grid.AddRow(new Text("worker"), new Markup(now.WorkerIsUp ? "[green]                    up[/]" : now.Kills == 0 ? "              starting" : "[red]killed, starting again[/]"));
        if (now.WaitsFor is { } trouble) grid.AddRow(new Text("waits"), new Text(trouble, Color.Yellow));
        return new Panel(grid).Header($" Claims · {now.Elapsed:mm\\:ss} ").BorderColor(Color.Grey);
    }

    static Markup Bar(int full) => new($"[green]{new string('█', full)}[/][grey]{new string('░', BarWidth - full)}[/]");
}

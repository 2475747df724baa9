namespace ClaimsTests.Intake;

static class StrikeFile
{
    public static string Path { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "data", "birdstrikes.csv");

    public static string Hostile { get; } = System.IO.Path.Combine(AppContext.BaseDirectory, "data", "hostile.csv");
}

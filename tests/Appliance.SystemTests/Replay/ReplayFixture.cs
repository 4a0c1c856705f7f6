namespace Appliance.SystemTests.Replay;

/// <summary>
/// A small capture of both legs and the folder that a replay made of it, shared by the tests of the verbs.
/// </summary>
public sealed class ReplayFixture : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("replay-");

    public ReplayFixture()
    {
        Require(Programs.Lab("traffic", "--flows", "5000", "--seed", "5", "--out", folder.FullName));
        Require(Programs.Icrctl("replay", "--inside", Inside, "--outside", Outside, "--out", Box));
    }

    public string Inside => In("inside.pcap");

    public string Outside => In("outside.pcap");

    public string Box => In("box");

    public string Keys => Path.Combine(Box, "keys");

    public string In(string name) => Path.Combine(folder.FullName, name);

    /// <summary>A copy of the replayed folder that a test may damage.</summary>
    public string Copy(string name)
    {
        string copy = In(name);
        Directory.CreateDirectory(copy);
        foreach (string file in Directory.GetFiles(Box, "segment-*"))
        {
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));
        }

        return copy;
    }

    public void Dispose() => folder.Delete(recursive: true);

    private static void Require(Outcome outcome)
    {
        if (outcome.Code != 0)
        {
            throw new InvalidOperationException($"exit code {outcome.Code}: {outcome.Error}");
        }
    }
}

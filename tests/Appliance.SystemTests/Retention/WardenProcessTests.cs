using System.Diagnostics;
using Appliance.TestSupport;
using Xunit;

namespace Appliance.SystemTests.Retention;

/// <summary>The warden as a process of its own: who may call is the kernel's word; it ends when it is told.</summary>
public sealed class WardenProcessTests : IDisposable
{
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("warden-");

    private string Socket => Path.Combine(folder.FullName, "run", "warden.sock");

    public void Dispose() => folder.Delete(recursive: true);

    [Transcript("retention warden serve")]
    [RootFact("setpriv", "curl")]
    public void A_warden_answers_root_and_turns_other_users_away()
    {
        SetUp();
        using Process warden = Programs.StartRetention("warden", "serve", "--warden", At("warden"), "--socket", Socket);
        string? said = warden.StandardError.ReadLine();
        WaitForSocket(warden);

        // The temporary folder is the owner's alone, the socket is not: what keeps others out must be the peer's user.
        folder.UnixFileMode |= UnixFileMode.OtherExecute;
        Outcome own = Programs.Retention("warden", "status", "--socket", Socket);
        Outcome stranger = Curl(
            "setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", "curl");
        Outcome root = Curl("curl");
        Outcome end = Stop(warden);

        Assert.Equal($"retention: the warden answers on {Socket}", said);
        Assert.Equal((0, true), (own.Code, own.Output.Contains("rules      lab", StringComparison.Ordinal)));
        Assert.Equal("403 this warden answers root, its own user and the store's", stranger.Output);
        Assert.StartsWith("200 {", root.Output);
        Assert.Equal(0, end.Code);
    }

    [RootFact]
    public void A_second_warden_in_one_folder_is_refused()
    {
        SetUp();
        using Process warden = Programs.StartRetention("warden", "serve", "--warden", At("warden"), "--socket", Socket);
        WaitForSocket(warden);

        Outcome second = Programs.Retention("warden", "serve", "--warden", At("warden"), "--socket", At("other.sock"));

        Assert.Equal(2, second.Code);
        Assert.Contains($"in use by process {warden.Id}", second.Error);
        Assert.Equal(0, Stop(warden).Code);
    }

    [Transcript("retention witness serve")]
    [RootFact]
    public void A_witness_runs_beside_its_warden_and_ends_when_it_is_told()
    {
        SetUp();
        string[] log = Programs.Retention("log", "--data", At("store")).Output.Split('\n');
        Outcome made = Programs.Retention(
            "witness", "init", "--witness", At("witness"), "--log", log[0]["log    ".Length..], "--log-key",
            log[1]["key    ".Length..]);
        using Process witness = Programs.StartRetention(
            "witness", "serve", "--witness", At("witness"), "--socket", Socket);
        string? said = witness.StandardError.ReadLine();
        WaitForSocket(witness);

        Outcome second = Programs.Retention("witness", "serve", "--witness", At("witness"), "--socket", At("b.sock"));

        Assert.Equal((0, $"retention: the witness answers on {Socket}"), (made.Code, said));
        Assert.Equal((2, 0), (second.Code, Stop(witness).Code));
    }

    private string At(string name) => Path.Combine(folder.FullName, name);

    private void SetUp()
    {
        string[] points = [.. new[] { "operator", "custodian" }.Select(name =>
            Programs.Retention("people", "key", At(name + ".json")).Output.Split('\n')[1]["public  ".Length..])];
        Outcome made = Programs.Retention(
            "warden", "init", "--warden", At("warden"), "--data", At("store"), "--operator", points[0],
            "--custodian", points[1], "--lab");
        Assert.True(made.Code == 0, made.Error);
    }

    /// <summary>Status code and body of the warden's status, asked by a command line.</summary>
    private Outcome Curl(params string[] command)
    {
        string[] arguments =
            [.. command[1..], "-s", "--unix-socket", Socket, "-w", "%{stderr}%{http_code} ", "http://warden/status"];
        using Process process = Process.Start(new ProcessStartInfo(command[0], arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true,
        })!;
        Outcome said = Programs.Finish(process);
        return said with { Output = said.Error + said.Output };
    }

    private void WaitForSocket(Process warden) =>
        Assert.True(SpinWait.SpinUntil(() => File.Exists(Socket) || warden.HasExited, TimeSpan.FromMinutes(1)));

    private static Outcome Stop(Process process)
    {
        using Process kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
        process.WaitForExit();
        return new Outcome(process.ExitCode, "", "");
    }
}

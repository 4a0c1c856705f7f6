using Appliance.Edge.NatLog;
using Appliance.Flow;
using Appliance.Wire;
using Xunit;

namespace Appliance.Tests.Edge;

/// <summary>The sealed file in which bindings survive a restart.</summary>
public sealed class NatLogMemoryTests : IDisposable
{
    private const long Now = 1_700_000_000_000_000_000;
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("bindings-");
    private readonly KeySet keys = KeyOf(7);

    private string File => Path.Combine(folder.FullName, "bindings.sealed");

    public void Dispose() => folder.Delete(recursive: true);

    [Fact]
    public void What_is_left_is_taken_up_once_and_cannot_be_read_in_the_file()
    {
        Assert.Null(Leave());
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        Assert.Equal(-1, bytes.AsSpan().IndexOf("default"u8));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Equal("1 taken up", TakeUp(keys, Now + 1));
        Assert.Equal("none kept", TakeUp(keys, Now + 1));
    }

    [Fact]
    public void What_is_altered_of_another_box_or_too_old_is_gone()
    {
        Leave();
        Assert.Equal("altered or of another box: gone", TakeUp(KeyOf(8), Now + 1));
        Assert.Equal("too old: gone", TakeUp(keys, long.MaxValue));
        Leave();
        byte[] bytes = System.IO.File.ReadAllBytes(File);
        bytes[^1] ^= 1;
        System.IO.File.WriteAllBytes(File, bytes);
        Assert.Equal("altered or of another box: gone", TakeUp(keys, Now + 1));
    }

    [Fact]
    public void Where_it_cannot_be_left_the_reason_is_given()
    {
        using NatLogMemory memory = new(keys, Path.Combine(folder.FullName, "nowhere", "bindings.sealed"));
        Assert.Contains("nowhere", memory.Leave(Engine(), new ExportDecoder(), Now));
    }

    private string? Leave()
    {
        FlowEngine engine = Engine();
        engine.Take(new NatEvent
        {
            Action = NatAction.Create, Witness = Witnesses.Syslog, Protocol = 6, InsideAddress = Ip.FromV4(1),
            InsidePort = 1, PublicAddress = Ip.FromV4(2), PublicPort = 2, PublicPortLast = 2, ArrivalNs = Now,
        });
        using NatLogMemory memory = new(keys, File);
        return memory.Leave(engine, new ExportDecoder(), Now);
    }

    private string TakeUp(KeySet of, long nowNs)
    {
        using NatLogMemory memory = new(of, File);
        return memory.TakeUp(Engine(), new ExportDecoder(), nowNs);
    }

    private static FlowEngine Engine() => new(
        new FlowOptions { FlowLimit = 1024, Witness = new WitnessOptions { BindingLimit = 64 } },
        new RecordQueue(8192), new byte[32]);

    private static KeySet KeyOf(byte seed)
    {
        byte next = seed;
        return KeySet.MakeLab(bytes => bytes.Fill(next++), 19_000, 1);
    }
}

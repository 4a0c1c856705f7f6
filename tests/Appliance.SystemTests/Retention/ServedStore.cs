using System.Diagnostics;
using Appliance.Icrctl.Provisioning;
using Appliance.Retention.Archive;
using Appliance.SystemTests.Mqtt;
using Appliance.Wire;

namespace Appliance.SystemTests.Retention;

/// <summary>A store of its own process that serves from a broker, in a temporary folder; it can be killed.</summary>
internal sealed class ServedStore : IDisposable
{
    private readonly DirectoryInfo temporary = Directory.CreateTempSubdirectory("icr-served-");
    private readonly string[] arguments;
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);
    private readonly List<string> said = [];
    private Process? process;
    private int started;

    public ServedStore(MosquittoBroker broker, KeySet? device, params string[] more)
    {
        Folder = new StoreFolder(Path.Combine(temporary.FullName, "data"));
        Directory.CreateDirectory(Folder.Root);
        KeyRing ring = KeyRing.Load(Folder);
        Key = ring.MakeStoreKey(Folder).Public;
        if (device is not null)
        {
            ring.Add(Folder, device);
        }

        IssuedCertificate own = broker.Issue("store-1");
        arguments =
        [
            "serve", "--data", Folder.Root, "--broker", $"localhost:{broker.Port}",
            "--ca", Write("ca.pem", broker.AuthorityPem),
            "--cert", Write("store.pem", own.CertificatePem),
            "--key", Write("store.key", own.KeyPem), .. more,
        ];
    }

    public StoreFolder Folder { get; }

    /// <summary>What a box pins.</summary>
    public PublicKey Key { get; }

    /// <summary>Everything that the store wrote, for a failure's message.</summary>
    public string Said
    {
        get
        {
            lock (said)
            {
                return string.Join('\n', said);
            }
        }
    }

    public void Start()
    {
        lock (said)
        {
            started = said.Count;
        }

        process = Programs.StartRetention(arguments);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>As the kernel kills: nothing more is written.</summary>
    public void Kill()
    {
        process!.Kill();
        process.WaitForExit();
        process.Dispose();
        process = null;
    }

    /// <summary>
    /// As systemd stops, once it serves: before that the signal ends it unheard. Returns the exit code.
    /// </summary>
    public int Terminate()
    {
        WaitFor("serving ");
        using Process kill = Process.Start("/bin/kill", ["-TERM", process!.Id.ToString()]);
        kill.WaitForExit();
        process.WaitForExit();
        int code = process.ExitCode;
        process.Dispose();
        process = null;
        return code;
    }

    public void Dispose()
    {
        if (process is not null)
        {
            Kill();
        }

        temporary.Delete(recursive: true);
    }

    /// <summary>Returns once it said something since it was started.</summary>
    public void WaitFor(string words)
    {
        lock (said)
        {
            while (!said.Skip(started).Any(line => line.Contains(words, StringComparison.Ordinal)))
            {
                if (!Monitor.Wait(said, StartPatience))
                {
                    throw new TimeoutException($"the store does not say '{words}': {string.Join('\n', said)}");
                }
            }
        }
    }

    private void Keep(string? line)
    {
        lock (said)
        {
            said.Add(line ?? "");
            Monitor.PulseAll(said);
        }
    }

    private string Write(string name, string text)
    {
        string path = Path.Combine(temporary.FullName, name);
        File.WriteAllText(path, text);
        return path;
    }
}

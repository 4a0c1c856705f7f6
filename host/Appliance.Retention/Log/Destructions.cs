using Appliance.Linux;
using Appliance.Retention.Archive;
using Appliance.Retention.Requests;
using Appliance.Wire;

namespace Appliance.Retention.Log;

/// <summary>
/// Destroys day keys and says so, signed, whatever happens in between: what is about to go is written down first, and a
/// run that died is finished by the next. The statements wait here until the log has them.
/// <code>
/// destroyed/ID.begun      keys that are being destroyed; the next run goes on with them
/// destroyed/ID.destroy    signed, not yet in the log
/// </code>
/// </summary>
internal sealed class Destructions(string root, StoreKey identity, TimeProvider clock)
{
    private const string Ending = ".destroy";
    private const string IntentEnding = ".begun";

    private string Folder => Path.Combine(root, "destroyed");

    private string Scratch => Path.Combine(root, "destroyed.part");

    /// <summary>Signed statements that are not in the log yet.</summary>
    public IReadOnlyList<byte[]> Waiting()
    {
        string[] files = Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*" + Ending) : [];
        Array.Sort(files, StringComparer.Ordinal);
        return Array.ConvertAll(files, File.ReadAllBytes);
    }

    /// <summary>The statement is in the log: it need not wait any more.</summary>
    public void Logged(ReadOnlySpan<byte> statement)
    {
        string file = FileOf(statement);
        if (File.Exists(file))
        {
            DurableFile.Delete(file);
        }
    }

    /// <summary>Destroys keys and signs that they are gone; returns how many.</summary>
    /// <param name="expired">Keys whose time is over.</param>
    /// <param name="destroy">Destroys them, durable; once more changes nothing.</param>
    public int Run(IReadOnlyList<DestroyedKey> expired, Action destroy)
    {
        var keys = new HashSet<DestroyedKey>(expired);
        foreach (string file in Intents())
        {
            if (DestroyStatement.TryDecode(File.ReadAllBytes(file), out DestroyStatement? begun) == Refusal.None)
            {
                keys.UnionWith(begun!.Keys);
            }
        }

        DestroyStatement[] statements =
        [
            .. keys.Chunk(Limits.KeySetKeysMax)
                .Select(some => new DestroyStatement(identity.Store, UtcClock.Now(clock), some)),
        ];
        DurableFile.MakeFolder(Folder);
        foreach (DestroyStatement statement in statements)
        {
            byte[] bytes = statement.Encode();
            string file = Path.Combine(Folder, Hash32.Of(bytes).ToString()[..16] + IntentEnding);
            DurableFile.Put(file, Scratch, bytes);
        }

        if (statements.Length > 0)
        {
            destroy();
            Sign(statements);
        }

        return keys.Count;
    }

    private void Sign(DestroyStatement[] statements)
    {
        using SigningKey key = identity.Open();
        foreach (DestroyStatement statement in statements)
        {
            byte[] signed = statement.Sign(key).Bytes;
            DurableFile.Put(FileOf(signed), Scratch, signed);
        }

        Array.ForEach(Intents(), DurableFile.Delete);
    }

    private string[] Intents() =>
        Directory.Exists(Folder) ? Directory.GetFiles(Folder, "*" + IntentEnding) : [];

    private string FileOf(ReadOnlySpan<byte> statement) =>
        Path.Combine(Folder, Hash32.Of(statement).ToString()[..16] + Ending);
}

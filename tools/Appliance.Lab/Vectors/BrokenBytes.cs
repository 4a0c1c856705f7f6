using System.Formats.Cbor;
using Appliance.Wire;

namespace Appliance.Lab.Vectors;

/// <summary>Batches whose bytes were changed by someone without a key.</summary>
internal static class BrokenBytes
{
    private delegate byte[] Change(VectorWorld world, VectorRun run, SealedBatch batch);

    public static IEnumerable<VectorFile> All()
    {
        yield return One("flipped-manifest", "One bit of the manifest is flipped.", Refusal.Signature,
            (_, _, batch) => Flip(batch, VectorWorld.Parts(batch).Signed.Payload));
        yield return One("flipped-signature", "One bit of the signature is flipped.", Refusal.Signature,
            (_, _, batch) => FlipSignature(batch));
        yield return One("flipped-key-id", "One bit of the key id is flipped.", Refusal.ForeignKey,
            (_, _, batch) => FlipKeyId(batch));
        yield return One("flipped-recipients", "One bit of the recipients is flipped.", Refusal.RecipientsHash,
            (_, _, batch) => Flip(batch, VectorWorld.Parts(batch).Recipients));
        yield return One("flipped-ciphertext", "One bit of a ciphertext is flipped.", Refusal.CiphertextHash,
            (_, _, batch) => Flip(batch, VectorWorld.Parts(batch).Ciphertexts[0]));
        yield return One("flipped-tag", "One bit of the tag of the last ciphertext is flipped.", Refusal.CiphertextHash,
            (_, _, batch) => FlipAt(batch.Bytes.ToArray(), batch.Bytes.Length - 1));
        yield return One("swapped-sections", "The two ciphertexts, equally long, have changed places.",
            Refusal.CiphertextHash, (_, _, batch) => Rebuild(batch, p => p.Recipients, p => [1, 0]));
        yield return One("dropped-section", "The contact section is left out.", Refusal.SectionList,
            (_, _, batch) => Rebuild(batch, p => p.Recipients, p => [0]));
        yield return One("shortened-section", "A ciphertext lacks its last byte.", Refusal.CiphertextLength,
            (_, _, batch) => Shorten(batch));
        yield return One("swapped-recipient", "The recipients of another batch of the same epoch stand in their place.",
            Refusal.RecipientsHash,
            (_, run, batch) => Rebuild(batch, _ => VectorWorld.Parts(VectorWorld.Seal(run)).Recipients, p => [0, 1]));
        yield return One("non-canonical", "The outer array has its length in two bytes.", Refusal.NotCanonical,
            (_, _, batch) => [0x98, 3, .. batch.Bytes.Span[1..]]);
        yield return One("indefinite-length", "The outer array has no length but an end mark.", Refusal.NotCanonical,
            (_, _, batch) => [0x9F, .. batch.Bytes.Span[1..], 0xFF]);
        yield return One("trailing-bytes", "A zero byte follows.", Refusal.TrailingBytes,
            (_, _, batch) => [.. batch.Bytes.Span, 0]);
        yield return One("torn", "The second half is missing.", Refusal.NotCbor,
            (_, _, batch) => batch.Bytes.Span[..(batch.Bytes.Length / 2)].ToArray());
        yield return One("nested-too-deep", "Nine arrays in one another.", Refusal.TooDeep,
            (_, _, _) => [.. Enumerable.Repeat((byte)0x81, 9), 0]);
        yield return One("wrong-structure", "An array of two.", Refusal.WrongStructure, (_, _, _) => [0x82, 0, 0]);
        yield return One("other-algorithm", "The protected header says ES384.", Refusal.ProtectedHeader,
            (_, run, batch) => OtherAlgorithm(run, batch));
        yield return One("wrong-type", "The manifest is signed as a checkpoint.", Refusal.WrongType, (_, run, batch) =>
        {
            BatchParts parts = VectorWorld.Parts(batch);
            byte[] signed = SignedObject.Sign(SignedType.Head, parts.Signed.Payload.Span, run.Key).Bytes;
            return BatchBytes.Encode(signed, parts.Recipients, Bytes(parts));
        });
    }

    public static byte[][] Bytes(BatchParts parts) => [.. parts.Ciphertexts.Select(c => c.ToArray())];

    private static VectorFile One(string name, string about, Refusal expect, Change change)
    {
        var world = new VectorWorld(name);
        VectorRun run = world.Start();
        SealedBatch batch = VectorWorld.Seal(run);
        byte[] changed = change(world, run, batch);
        return world.File(name, about, expect, ("epoch", run.Started.Bytes), ("batch", changed));
    }

    /// <summary>Flips a bit in the middle of a part of the batch.</summary>
    private static byte[] Flip(SealedBatch batch, ReadOnlyMemory<byte> part)
    {
        byte[] bytes = batch.Bytes.ToArray();
        return FlipAt(bytes, bytes.AsSpan().IndexOf(part.Span) + (part.Length / 2));
    }

    private static byte[] FlipSignature(SealedBatch batch)
    {
        ReadOnlyMemory<byte> header = VectorWorld.Parts(batch).Header;
        byte[] bytes = batch.Bytes.ToArray();
        return FlipAt(bytes, bytes.AsSpan().IndexOf(header.Span) + header.Length - 10);
    }

    private static byte[] FlipKeyId(SealedBatch batch)
    {
        byte[] kid = new byte[KeyId.Size];
        VectorWorld.Parts(batch).Signed.Kid.Write(kid);
        byte[] bytes = batch.Bytes.ToArray();
        return FlipAt(bytes, bytes.AsSpan().IndexOf(kid));
    }

    private static byte[] FlipAt(byte[] bytes, int index)
    {
        bytes[index] ^= 1;
        return bytes;
    }

    private static byte[] Rebuild(
        SealedBatch batch, Func<BatchParts, ReadOnlyMemory<byte>> recipients, Func<BatchParts, int[]> order)
    {
        BatchParts parts = VectorWorld.Parts(batch);
        byte[][] sealedBytes = Bytes(parts);
        return BatchBytes.Encode(parts.Header, recipients(parts), [.. order(parts).Select(i => sealedBytes[i])]);
    }

    private static byte[] Shorten(SealedBatch batch)
    {
        BatchParts parts = VectorWorld.Parts(batch);
        byte[][] sealedBytes = Bytes(parts);
        return BatchBytes.Encode(parts.Header, parts.Recipients, [sealedBytes[0][..^1], sealedBytes[1]]);
    }

    /// <summary>{1: -35, 4: kid, 16: content type}, everything else as it should be.</summary>
    private static byte[] OtherAlgorithm(VectorRun run, SealedBatch batch)
    {
        BatchParts parts = VectorWorld.Parts(batch);
        byte[] good = SignedObject.ProtectedHeader(SignedType.Batch, run.Key.Public.Kid);
        byte[] header = [good[0], good[1], 0x38, 0x22, .. good[3..]];
        byte[] aad = SignedObject.Aad(SignedType.Batch);
        byte[] toSign = SignedObject.SigStructure(header, aad, parts.Signed.Payload.Span);
        byte[] signature = new byte[64];
        run.Key.Sign(Hash32.Of(toSign).ToArray(), signature);
        var writer = new CborWriter(CborConformanceMode.Canonical);
        writer.WriteTag((CborTag)18);
        writer.WriteStartArray(4);
        writer.WriteByteString(header);
        writer.WriteStartMap(0);
        writer.WriteEndMap();
        writer.WriteByteString(parts.Signed.Payload.Span);
        writer.WriteByteString(signature);
        writer.WriteEndArray();
        return BatchBytes.Encode(writer.Encode(), parts.Recipients, Bytes(parts));
    }
}
